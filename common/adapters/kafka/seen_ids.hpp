// The latest ids of a partition, up to a bound: tells whether one comes again.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>

namespace harvest::kafka {

class SeenIds {
public:
    // False if it was there already. The oldest goes when there are more than `bound`.
    bool add(const std::string& id, std::size_t bound)
    {
        if (!ids_.insert(id).second) return false;
        order_.push_back(id);
        if (order_.size() > bound) {
            ids_.erase(order_.front());
            order_.pop_front();
        }
        return true;
    }

private:
    std::unordered_set<std::string> ids_;
    std::deque<std::string> order_;
};

} // namespace harvest::kafka
