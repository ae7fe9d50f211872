#include "client/prediction/typed.hpp"

#include "base/utf8.hpp"
#include "base/width.hpp"

namespace sess::client::prediction {
namespace {

using input::Event;
namespace code = input::code;
namespace mod = input::mod;

Typed what_is(const input::KeyPress& press) {
  const auto [key, mods] = press.key;
  if (mods == 0 && key == code::kBSpace) return {Typed::Kind::erase};
  if (mods == 0 && key == code::kLeft) return {Typed::Kind::left};
  if (mods == 0 && key == code::kRight) return {Typed::Kind::right};
  if (mods == 0 && key == code::kEnter) return {Typed::Kind::enter};
  // What follows them stands behind the same prompt, as after Enter.
  if (mods == mod::kCtrl && (key == 'c' || key == 'l' || key == 'u')) return {Typed::Kind::enter};
  if (mods != 0 || key < code::kSpace || key == 127 || key >= code::kSpecial) return {};
  Typed out{Typed::Kind::insert};
  append_utf8(out.text, key);
  out.width = code_point_width(key);
  return out.width > 0 ? out : Typed{};
}

}  // namespace

std::vector<Typed> TypedReader::read(std::string_view bytes) {
  std::vector<Typed> out;
  decoder_.feed(bytes);
  const auto take = [&] {
    while (const auto event = decoder_.next()) {
      switch (event->kind) {
        case Event::Kind::reply:
        case Event::Kind::focus_in:
        case Event::Kind::focus_out:
          break;
        case Event::Kind::key:
          if (event->key.action != input::KeyAction::release) out.push_back(what_is(event->key));
          break;
        case Event::Kind::mouse:
        case Event::Kind::paste:
        case Event::Kind::unknown:
          out.emplace_back();
          break;
      }
    }
  };
  take();
  // Any other beginning is of a character or a sequence whose rest is under way.
  if (decoder_.waiting_for_escape()) {
    decoder_.flush();
    take();
  }
  return out;
}

}  // namespace sess::client::prediction
