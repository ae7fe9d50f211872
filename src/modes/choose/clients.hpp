// ClientKind: the attached clients, for choose-client.
//
// What a list of them has as rows, orders, keys and previews; the list itself is Chooser's. Reads the model;
// detaching and the like are commands that the ports run.
#pragma once

#include "modes/choose/kind.hpp"
#include "model/model.hpp"

namespace sess::modes {

class ClientKind final : public Kind {
 public:
  ClientKind(const model::Model& model, ChooserPorts& ports) : model_(model), ports_(ports) {}

  [[nodiscard]] std::string_view mode() const override { return "client-mode"; }
  [[nodiscard]] std::span<const std::string_view> orders() const override;
  void build(const Build& build) override;
  [[nodiscard]] std::string target(const Item& item) const override { return item.name; }
  [[nodiscard]] std::span<const Action> actions() const override;
  void draw_preview(render::Frame& frame, render::Rect area, const Item& item) override;

 private:
  const model::Model& model_;
  ChooserPorts& ports_;
};

}  // namespace sess::modes
