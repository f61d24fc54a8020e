#include "common/game/tournament/matching.hpp"

#include <algorithm>
#include <numeric>

namespace harvest::game::tournament {

Matching::Matching(std::size_t vertices)
    : edges_(vertices, std::vector<bool>(vertices)),
      mates_(vertices, none),
      gone_(vertices)
{
}

void Matching::join(std::size_t one, std::size_t other)
{
    edges_[one][other] = edges_[other][one] = one != other;
}

std::size_t Matching::pairs() const
{
    return static_cast<std::size_t>(std::ranges::count_if(mates_, [](std::size_t mate) { return mate != none; })) / 2;
}

void Matching::fill()
{
    for (std::size_t vertex = 0; vertex < mates_.size(); ++vertex)
        if (!gone_[vertex] && mates_[vertex] == none) augment(vertex);
}

bool Matching::take(std::size_t one, std::size_t other)
{
    if (!joined(one, other) || gone_[one] || gone_[other]) return false;
    const std::vector<std::size_t> before = mates_;
    const std::size_t left = mates_[one], right = mates_[other];
    remove(one);
    remove(other);
    // Two pairs were broken up for one: those who were left must come into pairs by one more path.
    const bool broken = left != none && right != none && left != other;
    if (!broken || augment(left) || augment(right)) return true;
    mates_ = before;
    gone_[one] = gone_[other] = false;
    return false;
}

void Matching::remove(std::size_t vertex)
{
    gone_[vertex] = true;
    if (mates_[vertex] != none) mates_[mates_[vertex]] = none;
    mates_[vertex] = none;
}

bool Matching::augment(std::size_t root)
{
    std::size_t end = find_path(root);
    if (end == none) return false;
    while (end != none) { // swap along the path, from its end
        const std::size_t parent = parents_[end], next = mates_[parent];
        mates_[end] = parent;
        mates_[parent] = end;
        end = next;
    }
    return true;
}

// Breadth first over alternating paths; a cycle of odd length becomes one vertex. Gives the free vertex found.
std::size_t Matching::find_path(std::size_t root)
{
    const std::size_t size = mates_.size();
    used_.assign(size, false);
    parents_.assign(size, none);
    bases_.resize(size);
    std::iota(bases_.begin(), bases_.end(), std::size_t{0});
    used_[root] = true;
    queue_.assign(1, root);
    for (std::size_t head = 0; head < queue_.size(); ++head) {
        const std::size_t vertex = queue_[head];
        for (std::size_t to = 0; to < size; ++to) {
            if (!edges_[vertex][to] || gone_[to] || bases_[vertex] == bases_[to] || mates_[vertex] == to) continue;
            const bool even = to == root || (mates_[to] != none && parents_[mates_[to]] != none);
            if (even) {
                contract(vertex, to);
            } else if (parents_[to] == none) {
                parents_[to] = vertex;
                if (mates_[to] == none) return to;
                used_[mates_[to]] = true;
                queue_.push_back(mates_[to]);
            }
        }
    }
    return none;
}

void Matching::contract(std::size_t from, std::size_t to)
{
    const std::size_t base = common_base(from, to);
    blossom_.assign(mates_.size(), false);
    mark_path(from, base, to);
    mark_path(to, base, from);
    for (std::size_t vertex = 0; vertex < mates_.size(); ++vertex) {
        if (!blossom_[bases_[vertex]]) continue;
        bases_[vertex] = base;
        if (used_[vertex]) continue;
        used_[vertex] = true;
        queue_.push_back(vertex);
    }
}

std::size_t Matching::common_base(std::size_t one, std::size_t other) const
{
    std::vector<bool> seen(mates_.size());
    for (;;) {
        one = bases_[one];
        seen[one] = true;
        if (mates_[one] == none) break; // the root
        one = parents_[mates_[one]];
    }
    for (;;) {
        other = bases_[other];
        if (seen[other]) return other;
        other = parents_[mates_[other]];
    }
}

void Matching::mark_path(std::size_t vertex, std::size_t base, std::size_t child)
{
    while (bases_[vertex] != base) {
        blossom_[bases_[vertex]] = blossom_[bases_[mates_[vertex]]] = true;
        parents_[vertex] = child;
        child = mates_[vertex];
        vertex = parents_[mates_[vertex]];
    }
}

} // namespace harvest::game::tournament
