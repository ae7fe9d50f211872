// What the next character looks like: the style that SGR, DECSCA and OSC 8 make, and the number it has in the
// pool.
//
// Owns the style; its number is found when something is printed with it, and remembered in the SGR cache
// together with the sequence that led here. The pool (PoolUse) frees no number that the pen holds.
#pragma once

#include <cstdint>

#include "terminal/act/sgr_cache.hpp"
#include "terminal/decode/tokens.hpp"
#include "terminal/screen/cell.hpp"

namespace sess::terminal {

class PoolUse;

class Pen {
 public:
  [[nodiscard]] const Style& style() const { return style_; }
  /// SGR, out of the cache when the same came before with the same pen. `era`: PoolUse::era().
  void sgr(const Sgr& token, std::uint64_t era) {
    if (SgrCache::resets(token)) {
      const std::uint16_t link = style_.link;
      const auto kept = static_cast<std::uint16_t>(style_.attrs & protected_);
      style_ = {};
      style_.link = link;
      style_.attrs = kept;
    }
    SgrCache::Entry& entry = SgrCache::place(token, style_);
    if (entry.holds(token, style_)) {
      style_ = entry.after;
      changed_ = entry.era != era;
      id_ = entry.id;
    } else {
      learn(token, entry);
    }
    from_ = &entry;
  }
  void sgr(const Csi& token);
  /// DECSCA.
  void protect(bool on);
  void set_link(std::uint16_t link);
  /// As DECSC kept it. The hyperlink stays.
  void recall(const Style& kept);
  /// To a style as it is; without arguments to the default one.
  void change(const Style& style = {});

  /// The style's number in the pool.
  [[nodiscard]] std::uint16_t number(PoolUse& pools) {
    if (changed_) find_number(pools);
    return id_;
  }
  /// The number that cells will get, as far as one was found since the style changed; else 0.
  [[nodiscard]] std::uint16_t held() const { return changed_ ? std::uint16_t{0} : id_; }
  /// What erasing leaves: a blank in the pen's background (xterm's "background colour erase").
  [[nodiscard]] Cell erased(PoolUse& pools) const {
    return style_.bg.kind == Color::Kind::none ? kBlank : erased_in_colour(pools);
  }

 private:
  void learn(const Sgr& token, SgrCache::Entry& entry);
  void find_number(PoolUse& pools);
  [[nodiscard]] Cell erased_in_colour(PoolUse& pools) const;

  Style style_;
  std::uint16_t id_ = 0;
  bool changed_ = false;  ///< id_ is to be found again
  SgrCache::Entry* from_ =
      nullptr;  ///< the entry that the last SGR left or found; it may hold another by now
};

}  // namespace sess::terminal
