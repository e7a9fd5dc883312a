// SPDX-License-Identifier: Apache-2.0
#include "arrays/gain_column.hpp"

namespace leadlag {

template <class T>
GainColumn<T>::GainColumn(std::size_t lanes)
    : keep_(lanes),
      take_(lanes),
      floor_(lanes),
      most_(lanes),
      start_driven_(lanes),
      start_lookahead_(lanes),
      driven_(lanes),
      lookahead_(lanes),
      gain_(lanes) {}

template <class T>
void GainColumn<T>::set(std::size_t first, std::size_t count, const GainStage::Coefficients<double>& c) {
  for (std::size_t k = first; k < first + count; ++k) {
    keep_[k] = static_cast<T>(c.keep), take_[k] = static_cast<T>(c.take);
    floor_[k] = static_cast<T>(c.floor), most_[k] = static_cast<T>(c.most);
    start_driven_[k] = static_cast<T>(c.start_driven);
    start_lookahead_[k] = static_cast<T>(c.start_lookahead);
    if (c.take == 0.0) driven_[k] = start_driven_[k], lookahead_[k] = start_lookahead_[k];
  }
  divide(first, count);
}

template <class T>
void GainColumn<T>::clear() {
  driven_ = start_driven_, lookahead_ = start_lookahead_;
  divide(0, gain_.size());
}

template <class T>
void GainColumn<T>::keep(const T* driven, const T* lookahead) {
  for (std::size_t k = 0; k < gain_.size(); ++k) {
    const GainStage::Coefficients<T> c{keep_[k], take_[k], floor_[k], most_[k], T(0), T(0)};
    const auto next =
        GainStage::advanced(c, GainStage::State<T>{driven_[k], lookahead_[k]}, driven[k], lookahead[k]);
    driven_[k] = next.driven, lookahead_[k] = next.lookahead;
  }
}

template <class T>
void GainColumn<T>::divide(std::size_t first, std::size_t count) {
  for (std::size_t k = first; k < first + count; ++k) {
    const GainStage::Coefficients<T> c{keep_[k], take_[k], floor_[k], most_[k], T(0), T(0)};
    gain_[k] = GainStage::gain(c, GainStage::State<T>{driven_[k], lookahead_[k]});
  }
}

template <class T>
void GainColumn<T>::apply(T* error) const {
  for (std::size_t k = 0; k < gain_.size(); ++k) error[k] *= gain_[k];
}

template class GainColumn<double>;
template class GainColumn<float>;

}  // namespace leadlag
