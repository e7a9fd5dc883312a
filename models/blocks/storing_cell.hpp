// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <systemc>
#include <vector>

#include "blocks/operating_point.hpp"
#include "blocks/weight_register.hpp"
#include "technology/datasheet.hpp"
#include "units/signal_traits.hpp"

namespace leadlag {

/// Structural detail of a netlist's plasticity cell (or contrast cell) with the weight register beside it: at
/// an edge at which the chip learns
///
///   store += line_k sign_k post_k pre_k      for every product k
///   weight += rate write eta store - decay weight, store = 0      while the write line is not 0
class StoringCellModule final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> SC_NAMED(clk_i);
  sc_core::sc_in<bool> SC_NAMED(learn_i);
  sc_core::sc_in<double> SC_NAMED(eta_i);
  sc_core::sc_vector<sc_core::sc_in<Voltage>> posts_i, pres_i;
  sc_core::sc_vector<sc_core::sc_in<double>> lines_i;
  sc_core::sc_vector<sc_core::sc_in<double>> write_i;  // none where a host writes

  struct Product {
    double sign = 1.0;
    double bias = 1.0;  ///< what stands for pre in the bias column
  };
  SC_HAS_PROCESS(StoringCellModule);
  StoringCellModule(const sc_core::sc_module_name& name, std::vector<Product> products, bool bias_column,
                    bool writes, double rate, double decay, WeightRegisterModule& weight,
                    FullScale full_scale, Activity& activity, CellPlace place = {});

  double store() const { return store_; }
  void clear() { store_ = 0.0; }

 private:
  void on_edge();

  std::vector<Product> products_;
  bool bias_column_;
  double rate_, decay_, store_ = 0.0;
  WeightRegisterModule& weight_;
  const CellPlace place_;
  double sign_ = 1.0;  // of a chopped offset
  FullScale full_scale_;
  Activity& activity_;
};

}  // namespace leadlag
