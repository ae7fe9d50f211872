// BufferKind: the paste buffers, for choose-buffer.
//
// What a list of them has as rows, orders, keys and previews; the list itself is Chooser's. Bytes of buffers
// are asked of the ports when a preview or a search needs them, and are not kept.
#pragma once

#include "modes/choose/kind.hpp"

namespace sess::modes {

class BufferKind final : public Kind {
 public:
  explicit BufferKind(ChooserPorts& ports) : ports_(ports) {}

  [[nodiscard]] std::string_view mode() const override { return "buffer-mode"; }
  [[nodiscard]] std::span<const std::string_view> orders() const override;
  void build(const Build& build) override;
  [[nodiscard]] std::string target(const Item& item) const override { return item.subject.buffer; }
  [[nodiscard]] std::span<const Action> actions() const override;
  [[nodiscard]] bool matches(const Item& item, std::string_view text) const override;
  void draw_preview(render::Frame& frame, render::Rect area, const Item& item) override;

 private:
  ChooserPorts& ports_;
};

}  // namespace sess::modes
