// SPDX-License-Identifier: Apache-2.0
#include "elaborate/model_in_loop.hpp"

namespace leadlag {

template <class T>
ModelInLoop<T>::ModelInLoop(const sc_core::sc_module_name& name, const Design& design, const Die& die)
    : DieModule(name),
      chip_("die", design, die, false),
      model_("model", design, as_drawn(design)),
      model_value_("model_value", design.outputs(), static_cast<std::size_t>(design.chip.replicas)),
      model_sum_("model_sum", design.outputs(), static_cast<std::size_t>(design.chip.replicas)) {
  for (TileDie<T>* d : {&chip_, &model_}) {
    d->clk_i(clk_i), d->rst_ni(rst_ni), d->target_on_i(target_on_i), d->learn_i(learn_i);
    d->window_i(window_i), d->eta_i(eta_i), d->x_i(x_i), d->target_i(target_i);
  }
  chip_.value_o(value_o), chip_.sum_o(sum_o);
  model_.value_o(model_value_), model_.sum_o(model_sum_);
  groups_ = chip_.groups();
  activities_ = chip_.activities();
}

template class ModelInLoop<double>;
template class ModelInLoop<float>;

}  // namespace leadlag
