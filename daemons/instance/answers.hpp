// The last answers to a seat's requests: the same request asked again gets the same answer and no second effect.
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace harvest::instance {

struct Answer {
    std::int64_t id{};              // of the request, on the link it came by; 0: not to be found by id
    std::optional<std::string> key; // of the request; good on a later link too
    std::string data;               // JSON, if there was no refusal
    Error refusal;
};

class Answers {
public:
    explicit Answers(std::size_t capacity = 64) : capacity_(capacity) {}

    const Answer* find(std::int64_t id, const std::optional<std::string>& key) const
    {
        for (auto it = kept_.rbegin(); it != kept_.rend(); ++it) {
            if (id != 0 && it->id == id && it->key == key) return &*it;
            if (key && it->key == key) return &*it;
        }
        return nullptr;
    }
    const Answer& keep(Answer answer)
    {
        if (kept_.size() == capacity_) kept_.pop_front();
        return kept_.emplace_back(std::move(answer));
    }
    // A new link counts its ids anew.
    void new_link()
    {
        for (Answer& answer : kept_) answer.id = 0;
    }

private:
    std::size_t capacity_;
    std::deque<Answer> kept_;
};

} // namespace harvest::instance
