#include "terminal/act/position.hpp"

#include <algorithm>

#include "terminal/act/checkpoint_fields.hpp"

namespace sess::terminal {

void Position::move_to(int row, int col) {
  at_.row = std::clamp(row, 0, screens_.rows() - 1);
  at_.col = std::clamp(col, 0, screens_.cols() - 1);
  at_.pending = false;
  moved();
}

void Position::move_to_origin(int row, int col) {
  if (!modes_.origin) return move_to(row, col);
  move_to(std::min(row + margins_.top, margins_.bottom), std::min(col + margins_.left, margins_.right));
}

void Position::up(int n) {
  const int limit = at_.row >= margins_.top ? margins_.top : 0;
  move_to(std::max(at_.row - n, limit), at_.col);
}

void Position::down(int n) {
  const int limit = at_.row <= margins_.bottom ? margins_.bottom : screens_.rows() - 1;
  move_to(std::min(at_.row + n, limit), at_.col);
}

/// CUB and BS. With reverse wrap the waiting wrap is one step, and the beginning of a row leads to the end of
/// the one above: mode 45 where that one's text goes on here, mode 1045 everywhere, from the top to the
/// bottom (xterm 383).
void Position::left(int n) {
  const int limit = at_.col >= margins_.left ? margins_.left : 0;
  const bool anywhere = modes_.reverse_wrap_anywhere && modes_.autowrap;
  if (!anywhere && !(modes_.reverse_wrap && modes_.autowrap)) {
    return move_to(at_.row, std::max(at_.col - n, limit));
  }
  int row = at_.row;
  int col = at_.col;
  if (at_.pending) --n;
  n = std::min(n, screens_.rows() * screens_.cols());
  for (; n > 0; --n) {
    if (col > limit) {
      --col;
      continue;
    }
    const bool at_top = row == margins_.top || row == 0;
    if (at_top && !anywhere) break;
    const int above = at_top ? (row == margins_.top ? margins_.bottom : screens_.rows() - 1) : row - 1;
    if (!anywhere && !screens_.grid().row(above).wrapped) break;
    row = above;
    col = margins_.right;
  }
  move_to(row, col);
}

void Position::right(int n) {
  const int limit = at_.col <= margins_.right ? margins_.right : screens_.cols() - 1;
  move_to(at_.row, std::min(at_.col + n, limit));
}

void Position::carriage_return() {
  at_.col = at_.col >= margins_.left ? margins_.left : 0;
  at_.pending = false;
  moved();
}

void Position::tab(int n) {
  const int limit = at_.col <= margins_.right ? margins_.right : screens_.cols() - 1;
  const int col = tabs_.next(at_.col, n, limit);
  if (col == at_.col) return;  // At the edge a tab does nothing, not even to the last-column flag (as xterm).
  move_to(at_.row, col);
}

void Position::back_tab(int n) {
  move_to(at_.row, tabs_.previous(at_.col, n, modes_.origin ? margins_.left : 0));
}

void Position::recall(const SavedCursor& from) {
  if (from.origin) {  // the margins may have changed since: it does not stand outside them (xterm)
    move_to(std::clamp(from.place.row, margins_.top, margins_.bottom),
            std::clamp(from.place.col, margins_.left, margins_.right));
  } else {
    move_to(from.place.row, from.place.col);
  }
  at_.pending = from.place.pending && at_.col == from.place.col;
}

/// DECSTBM. A region needs two rows; anything less is ignored, as by a VT510.
void Position::set_margins(const Csi& token) {
  const int top = token.positive(0, 1) - 1;
  const int bottom = std::min(token.positive(1, screens_.rows()), screens_.rows()) - 1;
  if (top >= bottom) return;
  margins_.top = top;
  margins_.bottom = bottom;
  move_to_origin(0, 0);
}

void Position::set_side_margins(const Csi& token) {
  const int left = token.positive(0, 1) - 1;
  const int right = std::min(token.positive(1, screens_.cols()), screens_.cols()) - 1;
  if (left >= right) return;
  margins_.left = left;
  margins_.right = right;
  move_to_origin(0, 0);
}

void Position::reset_margins() {
  margins_.top = 0;
  margins_.bottom = screens_.rows() - 1;
  margins_.left = 0;
  margins_.right = screens_.cols() - 1;
}

void Position::reset_side_margins() {
  margins_.left = 0;
  margins_.right = screens_.cols() - 1;
  // A wrap that waits at a margin which is gone would come in the middle of the line.
  at_.pending = at_.pending && at_.col == margins_.right;
}

void Position::resized() {
  reset_margins();
  for (Place* place : {&at_, &saved_[0].place, &saved_[1].place}) {
    place->row = std::clamp(place->row, 0, screens_.rows() - 1);
    if (place->col >= screens_.cols()) place->pending = false;
    place->col = std::clamp(place->col, 0, screens_.cols() - 1);
    if (place->col != screens_.cols() - 1) place->pending = false;
  }
  moved();
}

void Position::reset() {
  at_ = {};
  saved_ = {};
  reset_margins();
  tabs_.reset();
  moved();
}

void Position::save(ByteWriter& out) const {
  for (const int margin : {margins_.top, margins_.bottom, margins_.left, margins_.right}) {
    out.varint(static_cast<std::uint64_t>(margin));
  }
  tabs_.save(out);
  out.i32(last_col_);
}

void Position::restore(ByteReader& in) {
  margins_.top = read_number(in, screens_.rows() - 1);
  margins_.bottom = read_number(in, screens_.rows() - 1);
  margins_.left = read_number(in, screens_.cols() - 1);
  margins_.right = read_number(in, screens_.cols() - 1);
  if (margins_.top > margins_.bottom || margins_.left > margins_.right) in.reject();
  tabs_.restore(in);
  last_col_ = std::clamp(in.i32(), -1, screens_.cols() - 1);
}

}  // namespace sess::terminal
