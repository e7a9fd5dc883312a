// SPDX-License-Identifier: Apache-2.0
#include "blocks/storing_cell.hpp"

namespace leadlag {

StoringCellModule::StoringCellModule(const sc_core::sc_module_name& name, std::vector<Product> products,
                                     bool bias_column, bool writes, double rate, double decay,
                                     WeightRegisterModule& weight, FullScale full_scale, Activity& activity,
                                     CellPlace place)
    : sc_module(name),
      posts_i("posts_i", products.size()),
      pres_i("pres_i", bias_column ? 0 : products.size()),
      lines_i("lines_i", products.size()),
      write_i("write_i", writes ? 1 : 0),
      products_(std::move(products)),
      bias_column_(bias_column),
      rate_(rate),
      decay_(decay),
      weight_(weight),
      place_(place),
      full_scale_(full_scale),
      activity_(activity) {
  SC_METHOD(on_edge);
  sensitive << clk_i.pos();
  dont_initialize();
}

void StoringCellModule::on_edge() {
  if (!learn_i.read()) return;
  bool multiplied = false;
  for (std::size_t k = 0; k < products_.size(); ++k) {
    const double gain = lines_i[k].read() * products_[k].sign;
    if (gain == 0.0) continue;
    const double post = posts_i[k].read() / full_scale_.voltage;
    const double pre = bias_column_ ? products_[k].bias : pres_i[k].read() / full_scale_.voltage;
    double product = (gain * post) * pre;
    if (place_.cells != nullptr) {
      const MadeCells& made = *place_.cells;
      product = made.gain[place_.index] * (gain * made.bent(post)) * made.bent(pre) +
                gain * sign_ * made.offset[place_.index];
    }
    store_ += product;
    multiplied = true;
    if (product != 0.0) ++activity_[Event::accumulate];
  }
  if (multiplied && place_.cells != nullptr && place_.cells->chopped) sign_ = -sign_;
  if (write_i.size() == 0 || write_i[0].read() == 0.0) return;
  const double eta = eta_i.read() * rate_ * write_i[0].read();
  weight_.learn(1.0, eta * store_ - decay_ * weight_.weight());
  store_ = 0.0;
}

}  // namespace leadlag
