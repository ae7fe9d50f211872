// The nodes of one kind by id, that is, in the order of their creation: which id comes next, and which nodes
// may have changed since a checkpoint.
//
// A look-up for writing names its node as changed, once until take_changed(); so do its birth and its end.
// Nodes that no checkpoint has (clients) carry no `touched` and are never named. Pointers stay valid until
// the node is erased.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace sess::model {

template <class Id, class Node>
class NodeTable {
 public:
  NodeTable() = default;
  NodeTable(const NodeTable&) = delete;
  NodeTable& operator=(const NodeTable&) = delete;

  /// Null when there is none.
  [[nodiscard]] Node* find(Id id) {
    const auto it = nodes_.find(id);
    return it == nodes_.end() ? nullptr : &touch(it->second);
  }
  [[nodiscard]] const Node* find(Id id) const {
    const auto it = nodes_.find(id);
    return it == nodes_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] bool contains(Id id) const { return nodes_.contains(id); }
  [[nodiscard]] auto begin() const { return nodes_.begin(); }
  [[nodiscard]] auto end() const { return nodes_.end(); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] bool empty() const { return nodes_.empty(); }

  /// Nodes that may have changed since take_changed(), those that ended among them. A node may be named
  /// twice.
  [[nodiscard]] const std::vector<Id>& changed() const { return changed_; }
  /// The id that the next one gets.
  [[nodiscard]] std::uint32_t next() const { return next_; }

 protected:
  ~NodeTable() = default;

  Id take_id() { return Id{next_++}; }
  void set_next(std::uint32_t next) { next_ = next; }
  /// A new one with an id that is free.
  Node& add(Id id) {
    Node& made = nodes_[id];
    made.id = id;
    return touch(made);
  }
  /// One that a checkpoint has; null when its id is taken.
  Node* insert(Node node) {
    const Id id = node.id;
    const auto [it, fresh] = nodes_.try_emplace(id, std::move(node));
    if (!fresh) return nullptr;
    next_ = std::max(next_, id.value + 1);
    return &it->second;
  }
  void erase(Id id) {
    if constexpr (requires(Node & node) { node.touched; }) changed_.push_back(id);
    nodes_.erase(id);
  }
  Node& touch(Node& node) {
    if constexpr (requires { node.touched; }) {
      if (!std::exchange(node.touched, true)) changed_.push_back(node.id);
    }
    return node;
  }
  [[nodiscard]] std::vector<Id> take_changed() {
    for (const Id id : changed_) {
      if (const auto it = nodes_.find(id); it != nodes_.end()) it->second.touched = false;
    }
    return std::exchange(changed_, {});
  }
  [[nodiscard]] std::map<Id, Node>& nodes() { return nodes_; }

 private:
  std::map<Id, Node> nodes_;
  std::vector<Id> changed_;
  std::uint32_t next_ = 0;
};

/// What was active is numbered, in one row for sessions, panes and clients: larger is more recent.
class ActivityOrder {
 public:
  [[nodiscard]] std::uint64_t next() const { return next_; }
  std::uint64_t take() { return next_++; }
  void set_next(std::uint64_t next) { next_ = next; }
  /// One that a checkpoint has.
  void pass(std::uint64_t taken) { next_ = std::max(next_, taken + 1); }

 private:
  std::uint64_t next_ = 1;
};

}  // namespace sess::model
