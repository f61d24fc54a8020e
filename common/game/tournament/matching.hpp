// Maximum matching in a graph: as many pairs as there can be (Edmonds, "Paths, Trees, and Flowers", 1965). O(n^3).
#pragma once

#include <cstddef>
#include <vector>

namespace harvest::game::tournament {

class Matching {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    explicit Matching(std::size_t vertices);

    void join(std::size_t one, std::size_t other);
    bool joined(std::size_t one, std::size_t other) const { return edges_[one][other]; }
    // As many pairs as can be, among the vertices that are left. Call it once all are joined.
    void fill();
    std::size_t pairs() const;
    std::size_t mate(std::size_t vertex) const { return mates_[vertex]; }

    // Takes out both if the others can still make up as many pairs as they did with them, less this one; after fill().
    bool take(std::size_t one, std::size_t other);
    void remove(std::size_t vertex);

private:
    bool augment(std::size_t root);
    std::size_t find_path(std::size_t root);
    void contract(std::size_t from, std::size_t to);
    std::size_t common_base(std::size_t one, std::size_t other) const;
    void mark_path(std::size_t vertex, std::size_t base, std::size_t child);

    std::vector<std::vector<bool>> edges_;
    std::vector<std::size_t> mates_;
    std::vector<bool> gone_;
    // Of the search for one augmenting path.
    std::vector<std::size_t> parents_, bases_, queue_;
    std::vector<bool> used_, blossom_;
};

} // namespace harvest::game::tournament
