// Keeps libvterm's own faults away from the oracle: bytes go in, the same bytes come out, without the control
// sequences that libvterm does not survive.
//
//   - a CSI with more than 16 parameters overruns its heap: such a sequence is dropped
//   - a long number overflows: numbers are cut to kLargest
//   - REP before any character never ends: it is dropped until something was printed
//   - DECRQSS of a setting that it does not know prints a wild pointer: it is dropped
//   - a scroll region followed by a smaller size corrupts its heap: margins_set() tells Oracle to reset them
#pragma once

#include <string>
#include <string_view>

namespace sess::test {

class OracleFilter {
 public:
  static constexpr int kLargest = 32767;
  static constexpr int kMaxParameters = 16;

  /// The bytes that libvterm may see. A sequence that is not complete yet is held back.
  std::string pass(std::string_view bytes);

  /// Whether a DECSTBM or DECSLRM may be in force.
  [[nodiscard]] bool margins_set() const { return margins_set_; }
  void margins_reset() { margins_set_ = false; }

 private:
  enum class State { ground, escape, csi, dcs };
  std::string finish_csi();

  State state_ = State::ground;
  std::string held_;
  bool margins_set_ = false;
  bool printed_ = false;
};

}  // namespace sess::test
