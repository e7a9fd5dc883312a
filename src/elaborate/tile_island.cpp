// SPDX-License-Identifier: Apache-2.0
#include "elaborate/tile_island.hpp"

#include <algorithm>

namespace leadlag {
namespace {

template <class T>
void copy_out(std::span<const T> wires, std::span<double> out) {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<double>(wires[k]);
}
template <class T>
void copy_in(std::span<const double> in, std::span<T> wires) {
  for (std::size_t k = 0; k < in.size(); ++k) wires[k] = static_cast<T>(in[k]);
}

template <class T>
struct RateStage final : IslandStage {
  NeuronArray<T>& neurons;
  std::string array;
  RateStage(NeuronArray<T>& n, const std::string& name) : neurons(n), array(name) {}
  void settle(Instant at) override { neurons.settle_rates(at); }
  void keep() override { neurons.keep(); }
  void advance() override { neurons.advance(); }
  std::string name() const override { return array + ".rate"; }
  std::size_t wires() const override { return neurons.size(); }
  void read(std::span<double> out) const override { copy_out<T>(neurons.rate_wires(), out); }
  void write(std::span<const double> in) override {
    copy_in<T>(in, neurons.rate_wires());
    neurons.rate_o->commit();
  }
};

/// The same array's error units; its neurons' stage keeps and advances both.
template <class T>
struct ErrorStage final : IslandStage {
  NeuronArray<T>& neurons;
  std::string array;
  ErrorStage(NeuronArray<T>& n, const std::string& name) : neurons(n), array(name) {}
  void settle(Instant at) override { neurons.settle_errors(at); }
  void keep() override {}
  void advance() override {}
  std::string name() const override { return array + ".error"; }
  bool is_error() const override { return true; }
  std::size_t wires() const override { return neurons.size(); }
  void read(std::span<double> out) const override { copy_out<T>(neurons.error_wires(), out); }
  void write(std::span<const double> in) override {
    copy_in<T>(in, neurons.error_wires());
    neurons.send_back();
  }
};

template <class T>
struct LowPassStage final : IslandStage {
  LowPassArray<T>& filters;
  std::string array;
  std::size_t size;
  LowPassStage(LowPassArray<T>& f, const std::string& name, std::size_t n)
      : filters(f), array(name), size(n) {}
  void settle(Instant at) override { filters.settle(at); }
  void keep() override { filters.keep(); }
  void advance() override { filters.advance(); }
  std::string name() const override { return array + ".rate"; }
  std::size_t wires() const override { return size; }
  void read(std::span<double> out) const override { copy_out<T>(filters.wires(), out); }
  void write(std::span<const double> in) override {
    copy_in<T>(in, filters.wires());
    filters.rate_o->commit();
  }
};

}  // namespace

template <class T>
TileIsland<T>::TileIsland(const Design& design, const Wiring& wiring, const Columns& columns,
                          const std::vector<std::size_t>& members)
    : members_(members), ticks_(design.chip.ticks_per_clock) {
  constexpr std::size_t none = Wiring::nowhere;
  std::vector<std::unique_ptr<IslandStage>> stages;
  std::vector<std::size_t> rate(design.arrays.size(), none), error(design.arrays.size(), none);
  for (const std::size_t a : members_) {
    const std::string& name = design.arrays[a].name;
    rate[a] = stages.size();
    if (columns.neurons[a] != nullptr) {
      neurons_.push_back(columns.neurons[a]);
      stages.push_back(std::make_unique<RateStage<T>>(*columns.neurons[a], name));
    } else {
      stages.push_back(
          std::make_unique<LowPassStage<T>>(*columns.low_passes[a], name, design.arrays[a].size));
    }
  }
  for (const std::size_t a : members_) {
    if (!wiring.has_errors[a]) continue;
    error[a] = stages.size();
    stages.push_back(std::make_unique<ErrorStage<T>>(*columns.neurons[a], design.arrays[a].name));
  }

  std::vector<Island::Dependence> dependences;
  std::vector<bool> reads(design.arrays.size());
  const auto source = [&](std::size_t from, std::size_t to) {
    if (contains(from))
      dependences.emplace_back(rate[from], rate[to]);
    else
      reads[from] = true;
  };
  for (const std::size_t a : members_) {
    if (design.arrays[a].is_low_pass()) source(design.arrays[a].source, a);
    if (error[a] == none) continue;
    dependences.emplace_back(rate[a], error[a]);
    jumps_ = jumps_ || (a == design.learning.output &&
                        design.blocks.target_unit.reconstruction == Reconstruction::hold);
    const auto& neurons = design.arrays[a].neurons();
    if (std::any_of(neurons.begin(), neurons.end(), [](const auto& n) { return n.nudging != 0.0; })) {
      dependences.emplace_back(error[a], rate[a]);
    }
  }
  for (std::size_t c = 0; c < design.crossbars.size(); ++c) {
    const CrossbarDesign& crossbar = design.crossbars[c];
    if (contains(crossbar.to)) source(crossbar.from, crossbar.to);
    const std::size_t below = wiring.back_to[c];
    if (below == none || !contains(below)) continue;
    if (contains(crossbar.to))
      dependences.emplace_back(error[crossbar.to], error[below]);
    else
      jumps_ = true;
  }
  for (std::size_t a = 0; a < reads.size(); ++a) {
    if (!reads[a]) continue;
    if (columns.inputs[a] != nullptr) inputs_.push_back(columns.inputs[a]);
    jumps_ = jumps_ || columns.inputs[a] == nullptr || columns.inputs[a]->any_held();
  }
  // What has passed a parasitic pole is a state: known before the tick, so nothing waits for it.
  std::erase_if(dependences, [&](const Island::Dependence& d) {
    return std::any_of(members_.begin(), members_.end(), [&](std::size_t a) {
      const NeuronArray<T>* n = columns.neurons[a];
      return n != nullptr && ((d.first == rate[a] && n->rates_are_states()) ||
                              (d.first == error[a] && n->errors_are_states()));
    });
  });
  island_ = std::make_unique<Island>(std::move(stages), dependences,
                                     static_cast<std::size_t>(design.chip.replicas));
}

template <class T>
bool TileIsland<T>::contains(std::size_t array) const {
  return std::find(members_.begin(), members_.end(), array) != members_.end();
}

template <class T>
void TileIsland<T>::move_inputs(double fraction) {
  for (InputArray<T>* input : inputs_) input->move_to(fraction);
  for (NeuronArray<T>* n : neurons_) n->take_target(fraction);
}

template <class T>
void TileIsland<T>::on_edge() {
  const auto move = [this](double fraction) { move_inputs(fraction); };
  for (NeuronArray<T>* n : neurons_) n->begin_cycle();
  for (NeuronArray<T>* n : neurons_) n->publish();  // through the weights of now
  if (started_) island_->run_period(ticks_, jumps_, move);
  if (!started_) island_->start(move);
  started_ = true;
  for (NeuronArray<T>* n : neurons_) n->learn();
}

template class TileIsland<double>;
template class TileIsland<float>;

}  // namespace leadlag
