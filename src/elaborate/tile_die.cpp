// SPDX-License-Identifier: Apache-2.0
#include "elaborate/tile_die.hpp"

#include "elaborate/topology.hpp"

namespace leadlag {
template <class T>
TileDie<T>::TileDie(const sc_core::sc_module_name& name, const Design& design, const Die& die, bool gathers)
    : DieModule(name) {
  const auto replicas = static_cast<std::size_t>(design.chip.replicas);
  // What a host computes about a die is what the circuits of VLE exact would do beside it.
  const bool bptt = design.learning.params.system == System::bptt;
  const Wiring wiring =
      wire(bptt && gathers ? System::vle_exact : design.learning.params.system, design.topology());
  output_ = design.learning.output;
  crossbars_.resize(design.crossbars.size());
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const auto& crossbar = design.crossbars[c];
    backs_.push_back(wiring.sends_back[c]
                         ? std::make_unique<LaneBus<T>>((crossbar.name + "_back").c_str(),
                                                        design.arrays[crossbar.from].size, replicas)
                         : nullptr);
  }
  arrays_.resize(design.arrays.size());
  std::size_t first_pin = 0;
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    const ArrayDesign& array = design.arrays[a];
    arrays_[a].rate = std::make_unique<LaneBus<T>>((array.name + "_rate").c_str(), array.size, replicas);
    if (array.is_input()) {
      arrays_[a].input = std::make_unique<InputArray<T>>(array.name.c_str(), std::get<0>(array.blocks),
                                                         first_pin, replicas, die.input_converters[a]);
      first_pin += array.size;
    } else if (array.is_low_pass()) {
      arrays_[a].low_pass = std::make_unique<LowPassArray<T>>(
          array.name.c_str(), array.size, replicas, design.hop(a), same_instant(design, array.source, a));
      for (std::size_t i = 0; i < array.size; ++i) {
        arrays_[a].low_pass->set(
            i, SynapticLowPass::coefficients(die.low_passes[a][i], design.tick(a), design.input(a)));
      }
    } else {
      build_neurons(a, design, die, wiring);
    }
  }
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    if (auto& input = arrays_[a].input) {
      input->x_i(x_i);
      input->rate_o(*arrays_[a].rate);
    } else if (auto& low_pass = arrays_[a].low_pass) {
      low_pass->clk_i(clk_i), low_pass->rst_ni(rst_ni);
      low_pass->rate_i(*arrays_[design.arrays[a].source].rate);
      low_pass->rate_o(*arrays_[a].rate);
    } else {
      bind_neurons(a, design, wiring);
    }
  }
  readout_ = std::make_unique<ReadoutArray<T>>("readout", design.outputs(), replicas, design.hop(output_),
                                               die.output_converters);
  readout_->clk_i(clk_i), readout_->window_i(window_i);
  readout_->rate_i(*arrays_[output_].rate);
  readout_->value_o(value_o), readout_->sum_o(sum_o);
  list_groups(design);
  list_activities(design);
  build_islands(design, wiring);
  if (bptt) {
    build_host(design, gathers);
  } else if (wiring.records) {
    build_sequencer(design);
  }
  if (design.chip.hop() == Hop::transparent) {
    for (const std::size_t a : signal_order(design)) {
      if (arrays_[a].neurons) order_.push_back(arrays_[a].neurons.get());
    }
    SC_METHOD(run_in_order);
    sensitive << clk_i.pos();
    dont_initialize();
  }
}

template <class T>
void TileDie<T>::build_neurons(std::size_t a, const Design& design, const Die& die, const Wiring& wiring) {
  const auto replicas = static_cast<std::size_t>(design.chip.replicas);
  const auto incoming = crossbars_into(design, a);
  std::size_t sent_back = 0;
  std::vector<bool> back_at_once;
  for (std::size_t c = 0; c < wiring.back_to.size(); ++c) {
    if (wiring.back_to[c] == a) back_at_once.push_back(same_instant(design, design.crossbars[c].to, a));
  }
  for (const std::size_t c : incoming) sent_back += wiring.sends_back[c] ? 1U : 0U;
  NeuronArrayParams params = neuron_array_params(design, die, wiring, a);
  const auto build = [&](std::size_t k) {
    const std::size_t c = incoming[k];
    const CrossbarDesign& drawn = design.crossbars[c];
    const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
    auto crossbar = std::make_unique<CrossbarArray<T>>(
        drawn.name.c_str(),
        typename CrossbarArray<T>::Shape{
            design.arrays[drawn.to].size, design.arrays[drawn.from].size, replicas, drawn.tile.rows,
            drawn.tile.columns, drawn.range, design.blocks.synapse.wires,
            design.blocks.synapse.wire_resistance(design.technology), design.is_digital()},
        die.weights[c], die.biases[c], plastic && design.learning.params.update == UpdateBy::host,
        die.cells[c]);
    crossbars_[c] = crossbar.get();
    return typename NeuronArray<T>::Incoming{std::move(crossbar), static_cast<bool>(wiring.sends_back[c]),
                                             plastic, same_instant(design, drawn.from, drawn.to),
                                             design.arrays[drawn.from].is_neuron()};
  };
  arrays_[a].neurons =
      std::make_unique<NeuronArray<T>>(design.arrays[a].name.c_str(), std::move(params), incoming.size(),
                                       std::move(back_at_once), sent_back, build);
}

template <class T>
void TileDie<T>::bind_neurons(std::size_t a, const Design& design, const Wiring& wiring) {
  NeuronArray<T>& n = *arrays_[a].neurons;
  n.clk_i(clk_i), n.rst_ni(rst_ni), n.learn_i(learn_i), n.target_on_i(target_on_i), n.eta_i(eta_i);
  n.rate_o(*arrays_[a].rate);
  if (wiring.records || design.learning.params.system == System::bptt) n.replay_i(replay_);
  if (wiring.has_target && a == output_) n.target_i(target_i);
  std::size_t k = 0, sent = 0, received = 0;
  for (const std::size_t c : crossbars_into(design, a)) {
    n.rates_i[k++](*arrays_[design.crossbars[c].from].rate);
    if (wiring.sends_back[c]) n.backs_o[sent++](*backs_[c]);
  }
  for (std::size_t c = 0; c < wiring.back_to.size(); ++c) {
    if (wiring.back_to[c] == a) n.backs_i[received++](*backs_[c]);
  }
}

template <class T>
void TileDie<T>::list_groups(const Design& design) {
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const bool plastic = design.is_plastic(Plastic::Kind::weights, c);
    groups_.push_back({design.crossbars[c].name, crossbars_[c]->rows() * crossbars_[c]->columns(), plastic,
                       design.crossbars[c].range});
    handles_.push_back({Member::weights, c});
    if (!crossbars_[c]->has_bias()) continue;
    groups_.push_back(
        {design.crossbars[c].name + ".bias", crossbars_[c]->rows(), plastic, design.crossbars[c].range});
    handles_.push_back({Member::bias, c});
  }
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    if (!arrays_[a].neurons) continue;
    groups_.push_back({design.arrays[a].name + ".tau_m", design.arrays[a].size,
                       design.is_plastic(Plastic::Kind::tau_m, a)});
    handles_.push_back({Member::tau_m, a});
    groups_.push_back({design.arrays[a].name + ".tau_r", design.arrays[a].size,
                       design.is_plastic(Plastic::Kind::tau_r, a)});
    handles_.push_back({Member::tau_r, a});
  }
}

template <class T>
void TileDie<T>::list_activities(const Design& design) {
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    const std::string& array = design.arrays[a].name;
    if (arrays_[a].input) activities_[{array, InputDriver::stem}] = &arrays_[a].input->activity;
    if (arrays_[a].low_pass) activities_[{array, SynapticLowPass::stem}] = &arrays_[a].low_pass->activity;
    if (!arrays_[a].neurons) continue;
    activities_[{array, ProspectiveNeuron::stem}] = &arrays_[a].neurons->activity.prospective_neuron;
    if (arrays_[a].neurons->has_errors()) {
      activities_[{array, ErrorUnit::stem}] = &arrays_[a].neurons->activity.error_unit;
    }
  }
  for (std::size_t c = 0; c < crossbars_.size(); ++c) {
    const std::string& crossbar = design.crossbars[c].name;
    const CrossbarActivity& activity = crossbars_[c]->activity;
    activities_[{crossbar, Synapse::stem}] = &activity.synapse;
    activities_[{crossbar, PlasticityCell::stem}] = &activity.plasticity_cell;
    activities_[{crossbar, WeightRegister::stem}] = &activity.weight_register;
  }
  activities_[{design.arrays[output_].name, Readout::stem}] = &readout_->activity;
}

template <class T>
void TileDie<T>::build_islands(const Design& design, const Wiring& wiring) {
  typename TileIsland<T>::Columns columns;
  for (const Array& a : arrays_) {
    columns.inputs.push_back(a.input.get());
    columns.low_passes.push_back(a.low_pass.get());
    columns.neurons.push_back(a.neurons.get());
  }
  for (const auto& members : design.islands()) {
    islands_.push_back(std::make_unique<TileIsland<T>>(design, wiring, columns, members));
  }
  if (islands_.empty()) return;
  SC_METHOD(run_islands);
  sensitive << clk_i.pos();
  dont_initialize();
  SC_METHOD(reset_islands);
  sensitive << rst_ni.neg();
  dont_initialize();
}

template <class T>
void TileDie<T>::build_sequencer(const Design& design) {
  window_ = design.learning.params.window;
  memory_activity_.resize(arrays_.size());
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    recorded_signals_.push_back(design.recorded_signals(a) * design.arrays[a].size *
                                static_cast<std::size_t>(design.chip.replicas));
    if (recorded_signals_[a] > 0)
      activities_[{design.arrays[a].name, TrajectoryMemory::stem}] = &memory_activity_[a];
  }
  SC_METHOD(sequence);
  sensitive << clk_i.pos() << rst_ni.neg();
  dont_initialize();
}

template <class T>
void TileDie<T>::sequence() {
  const bool replays = replay_.read();
  if (!rst_ni.read() || (!replays && !learn_i.read())) {
    recorded_ = 0;
    replay_.write(false);
    return;
  }
  recorded_ += replays ? -1 : 1;
  if (recorded_ == window_) replay_.write(true);
  if (recorded_ == 0) replay_.write(false);
  for (std::size_t a = 0; a < memory_activity_.size(); ++a) {
    memory_activity_[a][replays ? Event::replay : Event::record] += recorded_signals_[a];
  }
}

template <class T>
void TileDie<T>::build_host(const Design& design, bool gathers) {
  const auto read_outputs = [this] {
    if (!window_i.read()) readout_->convert_once();  // else the readout does so by itself
  };
  const auto back = [this] { replay_backward(); };
  host_ = std::make_unique<HostSequencer>("host", design, read_outputs,
                                          gathers ? std::function<void()>(back) : nullptr);
  host_->clk_i(clk_i), host_->rst_ni(rst_ni), host_->learn_i(learn_i), host_->still_o(replay_);
  activities_.insert(host_->activities().begin(), host_->activities().end());
}

template <class T>
void TileDie<T>::replay_backward() {
  if (order_.empty()) {
    for (Array& a : arrays_) {
      if (a.neurons) a.neurons->replay(false);
    }
  }
  for (auto n = order_.rbegin(); n != order_.rend(); ++n) (*n)->replay(true);
}

template <class T>
void TileDie<T>::run_islands() {
  if (!rst_ni.read()) return;
  for (auto& island : islands_) {
    island->on_edge();
    if (island->contains(output_)) readout_->sample(arrays_[output_].rate->fresh());
  }
}

template <class T>
void TileDie<T>::reset_islands() {
  for (auto& island : islands_) island->reset();
}

template <class T>
std::vector<DieModule::IslandReport> TileDie<T>::islands() const {
  std::vector<IslandReport> reports;
  for (const auto& i : islands_) {
    reports.push_back({i->members(), i->scheduler().path(), i->scheduler().loops()});
  }
  return reports;
}

template <class T>
void TileDie<T>::run_in_order() {
  if (!rst_ni.read()) return;
  for (NeuronArray<T>* n : order_) n->begin_cycle();
  if (replay_.read()) return host_ ? void() : replay_backward();
  for (NeuronArray<T>* n : order_) n->forward();
  for (auto n = order_.rbegin(); n != order_.rend(); ++n) (*n)->backward();
  readout_->sample(arrays_[output_].rate->fresh());
}

template <class T>
void TileDie<T>::read(std::size_t group, std::span<double> out) const {
  const Handle h = handles_[group];
  switch (h.member) {
    case Member::weights:
      return crossbars_[h.index]->read_weights(out);
    case Member::bias:
      return crossbars_[h.index]->read_bias(out);
    case Member::tau_m:
      return arrays_[h.index].neurons->read_tau(Tau::m, out);
    case Member::tau_r:
      return arrays_[h.index].neurons->read_tau(Tau::r, out);
  }
}

template <class T>
void TileDie<T>::write(std::size_t group, std::span<const double> in) {
  const Handle h = handles_[group];
  if (host_ && groups_[group].plastic) host_->send_weights(in.size());
  switch (h.member) {
    case Member::weights:
      return crossbars_[h.index]->write_weights(in);
    case Member::bias:
      return crossbars_[h.index]->write_bias(in);
    case Member::tau_m:
      return arrays_[h.index].neurons->write_tau(Tau::m, in);
    case Member::tau_r:
      return arrays_[h.index].neurons->write_tau(Tau::r, in);
  }
}

template <class T>
void TileDie<T>::take(std::size_t group, std::span<double> out) {
  const Handle h = handles_[group];
  switch (h.member) {
    case Member::weights:
      return crossbars_[h.index]->take_accumulated(out, !host_);
    case Member::bias:
      return crossbars_[h.index]->take_accumulated_bias(out, !host_);
    case Member::tau_m:
      return arrays_[h.index].neurons->take_tau_gradient(Tau::m, out);
    case Member::tau_r:
      return arrays_[h.index].neurons->take_tau_gradient(Tau::r, out);
  }
}

template <class T>
double TileDie<T>::probe(bool crossbar, std::size_t index, const std::string& signal,
                         std::size_t element) const {
  if (crossbar) {
    const std::size_t columns = crossbars_[index]->columns();
    return crossbars_[index]->weight(element / columns, element % columns);
  }
  const Array& a = arrays_[index];
  if (a.input) return a.input->rate(element);
  if (a.low_pass) return a.low_pass->rate(element);
  if (signal == "error") return a.neurons->error(element);
  if (signal == "membrane") return a.neurons->membrane(element);
  return signal == "slope" ? a.neurons->slope(element) : a.neurons->rate(element);
}

template class TileDie<double>;
template class TileDie<float>;

}  // namespace leadlag
