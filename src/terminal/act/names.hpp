// What the program calls its window (OSC 0, 1, 2 with their stack) and where it says that it works (OSC 7).
//
// Owns both as clean text. Who is told of a change is Core's business.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace sess::terminal {

class Names {
 public:
  static constexpr std::size_t kMaxTitle = 256;
  static constexpr std::size_t kMaxStack = 10;  ///< as xterm

  [[nodiscard]] const std::string& title() const { return now_.title; }
  [[nodiscard]] const std::string& icon() const { return now_.icon; }
  /// The decoded path of the URL; empty when none was told.
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& directory_url() const { return directory_url_; }

  void set_title(std::string_view text, bool title, bool icon);
  /// CSI 22 t.
  void push();
  /// CSI 23 ; which t: 0 both, 1 icon, 2 title. False when there is nothing to come back.
  [[nodiscard]] bool pop(int which);
  /// file://host/path with percent escapes, or a path. False for what is neither.
  [[nodiscard]] bool set_directory(std::string_view url);
  /// RIS. The directory stays: the program has not left it; and the title, as xterm and tmux keep it.
  void reset();

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  struct Titles {
    std::string title;
    std::string icon;
  };
  Titles now_;
  std::vector<Titles> stack_;
  std::string directory_url_;
  std::string directory_;
};

}  // namespace sess::terminal
