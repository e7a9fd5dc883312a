// SPDX-License-Identifier: Apache-2.0
#include "learning/dendritic.hpp"

#include <algorithm>
#include <cmath>

#include "learning/energy_based.hpp"
#include "units/random.hpp"

namespace leadlag {
namespace {

using Matrix = std::vector<double>;  // row-major

/// The crossbars beside drawn crossbar k, below -> above: named after the array above, which has no other
/// crossbar from below.
const std::array<std::string, 3> added{".down", ".from_inter", ".to_inter"};

/// W_dn: cells below x cells above.
Matrix apical_weights(const ForwardChip& chip, const Dendritic::Params& p, std::size_t k,
                      const std::vector<Matrix>& drawn) {
  const auto& above = chip.arrays[chip.crossbars[k].to];
  const std::size_t rows = chip.arrays[chip.crossbars[k].from].size, columns = above.size;
  const Draws draws(chip.seed, above.name, "apical weights");
  const double deviation = 1.0 / std::sqrt(static_cast<double>(columns));
  Matrix w(rows * columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t n = i * columns + j;
      w[n] = p.feedback_scale *
             (p.feedback == ApicalWeights::random ? deviation * draws.normal(n) : drawn[k][j * rows + i]);
    }
  }
  return w;
}
Matrix times(double factor, Matrix m) {
  for (double& x : m) x *= factor;
  return m;
}

class Drawing {
 public:
  Drawing(const ForwardChip& chip, const Dendritic::Params& p)
      : chip_(chip), p_(p), c_(chip.begin(pads_, target_)) {}

  Circuit draw() {
    nudge_ = c_.add_line("nudge"), learn_ = c_.add_line("learn"), write_ = c_.add_line("write");
    if (p_.inter_rate > 0.0) mirror_ = c_.add_line("learn_inter");
    if (p_.apical_rate > 0.0)
      quiet_ = c_.add_line("learn_apical"), write_quiet_ = c_.add_line("write_apical");
    for (std::size_t a = 0; a < chip_.arrays.size(); ++a) {
      const auto& array = chip_.arrays[a];
      cell_.push_back(array.is_input() ? pads_[a] : add(array, array.name, a == chip_.output));
      rate_.push_back({cell_[a], PyramidalCell::rate});  // pin 0, as that of a pad
      if (array.is_input()) continue;
      c_.probes[{array.name, "rate"}] = rate_[a];
      c_.probes[{array.name, "lookahead"}] = {cell_[a], PyramidalCell::lookahead};
      c_.probes[{array.name, "membrane"}] = {cell_[a], PyramidalCell::membrane};
      c_.probes[{array.name, "prediction"}] = {cell_[a], PyramidalCell::prediction};
      c_.probes[{array.name, "apical"}] = {cell_[a], PyramidalCell::apical_v};
      c_.probes[{array.name, "delta"}] = {cell_[a], PyramidalCell::delta};
    }
    const Circuit::Signal prediction{cell_[chip_.output], PyramidalCell::prediction},
        soma{cell_[chip_.output], PyramidalCell::soma_in};
    c_.link(prediction, soma);
    draw_target_unit(c_, chip_, target_, prediction, soma, nudge_);
    for (std::size_t k = 0; k < chip_.crossbars.size(); ++k) {
      const auto& w = chip_.crossbars[k];
      c_.read(k, rate_[w.from], {cell_[w.to], PyramidalCell::basal_in});
      c_.products.push_back({k, {cell_[w.to], PyramidalCell::delta}, rate_[w.from], 1.0, learn_});
      c_.crossbars[k].write_line = write_;
      c_.crossbars[k].rate = w.to == chip_.output ? 1.0 : p_.hidden_rate;
      if (!chip_.arrays[w.from].is_input()) draw_interneurons(k);
    }
    c_.output = rate_[chip_.output];
    write_table();
    return std::move(c_);
  }

 private:
  /// Cells of one kind with the neurons of an array.
  std::size_t add(const ForwardChip::Array& array, const std::string& name, bool nudged_at_soma) {
    return c_.add<PyramidalCell>(
        name, for_neurons(array, chip_.cells.pyramidal_cell, [&](auto& cell, const auto& neuron) {
          cell.tau = neuron.tau, cell.activation = neuron.activation;
          cell.leak = p_.leak, cell.basal = p_.basal, cell.prospective = p_.prospective;
          cell.apical = nudged_at_soma ? 0.0 : p_.apical;
          cell.soma = nudged_at_soma ? p_.soma : 0.0;
        }));
  }
  std::size_t add_crossbar(const std::string& name, std::size_t rows, std::size_t columns) {
    Circuit::Crossbar x;
    x.name = name, x.rows = rows, x.columns = columns, x.on_die = true;
    c_.crossbars.push_back(std::move(x));
    return c_.crossbars.size() - 1;
  }

  void draw_interneurons(std::size_t k) {
    const std::size_t below = chip_.crossbars[k].from, above = chip_.crossbars[k].to;
    const ForwardChip::Array& mirrored = chip_.arrays[above];
    const std::size_t n = chip_.arrays[below].size, m = mirrored.size;
    const std::size_t inter = add(mirrored, mirrored.name + ".inter", true);
    const Circuit::Signal says{inter, PyramidalCell::rate}, apical{cell_[below], PyramidalCell::apical_in};
    c_.link({cell_[above], PyramidalCell::lookahead}, {inter, PyramidalCell::soma_in});
    c_.probes[{mirrored.name, "inter_rate"}] = says;
    c_.probes[{mirrored.name, "inter_lookahead"}] = {inter, PyramidalCell::lookahead};
    c_.probes[{mirrored.name, "inter_delta"}] = {inter, PyramidalCell::delta};

    const std::size_t down = add_crossbar(mirrored.name + added[0], n, m);
    c_.crossbars[down].initial = [chip = chip_, p = p_, k](const auto& drawn) {
      return apical_weights(chip, p, k, drawn);
    };
    c_.read(down, rate_[above], apical);

    const std::size_t from_inter = add_crossbar(mirrored.name + added[1], n, m);
    c_.crossbars[from_inter].initial = [chip = chip_, p = p_, k](const auto& drawn) {
      return times(-1.0, apical_weights(chip, p, k, drawn));
    };
    c_.read(from_inter, says, apical);

    const std::size_t to_inter = add_crossbar(mirrored.name + added[2], m, n);
    // What the cell above says undisturbed is g_b / (g_l + g_b + g_a) v_bas.
    const double undisturbed = p_.leak + p_.basal + (above == chip_.output ? 0.0 : p_.apical);
    c_.crossbars[to_inter].initial = [k, factor = (p_.leak + p_.basal) / undisturbed](const auto& drawn) {
      return times(factor, drawn[k]);
    };
    c_.crossbars[to_inter].bias = chip_.crossbars[k].bias;
    c_.read(to_inter, rate_[below], {inter, PyramidalCell::basal_in});

    if (p_.inter_rate > 0.0) {
      c_.crossbars[to_inter].plastic = true, c_.crossbars[to_inter].rate = p_.inter_rate;
      c_.crossbars[to_inter].write_line = write_;
      c_.products.push_back({to_inter, {inter, PyramidalCell::delta}, rate_[below], 1.0, mirror_});
    }
    if (p_.apical_rate > 0.0) {
      c_.crossbars[from_inter].plastic = true, c_.crossbars[from_inter].rate = p_.apical_rate;
      c_.crossbars[from_inter].write_line = write_quiet_;
      c_.products.push_back({from_inter, {cell_[below], PyramidalCell::apical_v}, says, -1.0, quiet_});
    }
  }

  void write_table() {
    using Values = std::vector<std::pair<std::size_t, double>>;
    c_.add_phase("settle", p_.settle - 1, true, {});
    Values rest;
    if (p_.apical_rate > 0.0) rest = {{quiet_, 1.0}, {write_quiet_, 1.0}};
    c_.add_phase("rest", 1, true, rest);  // the readout looks here
    c_.add_phase("nudged", p_.nudged - 1, false, {{nudge_, p_.nudge}});
    Values last{{nudge_, p_.nudge}, {learn_, 1.0 / p_.nudge}, {write_, 1.0}};
    if (p_.inter_rate > 0.0) last.emplace_back(mirror_, 1.0);
    c_.add_phase("write", 1, false, last);
  }

  const ForwardChip& chip_;
  const Dendritic::Params& p_;
  std::vector<std::size_t> pads_, cell_;
  std::size_t target_ = 0;
  Circuit c_;
  std::vector<Circuit::Signal> rate_;
  std::size_t nudge_ = 0, learn_ = 0, write_ = 0, mirror_ = 0, quiet_ = 0, write_quiet_ = 0;
};

}  // namespace

std::vector<std::string> Dendritic::objections(const ForwardChip& chip, const Params&) {
  if (chip.depths().empty()) return {"the dendritic microcircuit needs layers without loops"};
  std::vector<std::string> found;
  for (std::size_t a = 0; a < chip.arrays.size(); ++a) {
    const auto& array = chip.arrays[a];
    if (array.is_input()) continue;
    const auto from_below =
        std::count_if(chip.crossbars.begin(), chip.crossbars.end(), [&](const auto& w) { return w.to == a; });
    if (from_below != 1) {
      found.push_back("interneurons that mirror '" + array.name + "' see one array below it, but " +
                      std::to_string(from_below) + " crossbars drive it; draw one");
    }
    const bool mirrored = std::any_of(chip.crossbars.begin(), chip.crossbars.end(), [&](const auto& w) {
      return w.to == a && !chip.arrays[w.from].is_input();
    });
    for (const auto& w : chip.crossbars) {
      for (const std::string& end : added) {
        const std::string name = array.name + "_" + end.substr(1);
        if (!mirrored || w.name != name) continue;
        found.push_back("the dendritic microcircuit adds a crossbar of that name: call '" + name +
                        "' otherwise");
      }
    }
  }
  for (const auto& w : chip.crossbars) {
    if (w.from == chip.output) {
      found.push_back("output cells have no apical compartment: '" + w.name + "' cannot lead on from them");
    }
  }
  return found;
}

Circuit Dendritic::draw(const ForwardChip& chip, const Params& p) { return Drawing(chip, p).draw(); }

}  // namespace leadlag
