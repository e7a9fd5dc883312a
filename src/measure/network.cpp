// SPDX-License-Identifier: Apache-2.0
#include "measure/network.hpp"

#include <Eigen/Dense>
#include <limits>
#include <vector>

#include "blocks/resistive_node.hpp"

namespace leadlag {
namespace {

constexpr std::size_t most_nodes = 2000;

}  // namespace

std::optional<NetworkFigures> analyse_network(const Design& design, const Die& die) {
  if (!design.has_circuit()) return std::nullopt;
  const Circuit circuit = design.circuit();
  std::vector<std::size_t> first(circuit.columns.size(), Circuit::none);  // node of a column's unit 0
  std::vector<double> tau;
  for (std::size_t k = 0; k < circuit.columns.size(); ++k) {
    const auto* nodes = dynamic_cast<const CellsOf<ResistiveNode>*>(circuit.columns[k].kind.get());
    if (nodes == nullptr) continue;
    first[k] = tau.size();
    for (const ResistiveNode::Params& p : nodes->params()) tau.push_back(p.tau.si);
  }
  if (tau.empty() || tau.size() > most_nodes) return std::nullopt;
  const auto size = static_cast<Eigen::Index>(tau.size());
  Eigen::MatrixXd g = Eigen::MatrixXd::Zero(size, size);
  for (const Circuit::Crossbar& c : circuit.crossbars) {
    if (!c.conducts()) continue;
    for (std::size_t i = 0; i < c.rows; ++i) {
      for (std::size_t j = 0; j < c.columns; ++j) {
        const double w = c.range.keep(die.weights[c.drawn][i * c.columns + j]);
        const auto row = static_cast<Eigen::Index>(first[c.row.column] + i);
        g(row, row) += w;
        if (first[c.column.column] == Circuit::none) continue;  // a held input
        const auto column = static_cast<Eigen::Index>(first[c.column.column] + j);
        g(column, column) += w, g(row, column) -= w, g(column, row) -= w;
      }
    }
  }
  const Eigen::VectorXd scale =
      Eigen::Map<const Eigen::VectorXd>(tau.data(), size).cwiseSqrt().cwiseInverse();
  const Eigen::VectorXd rates = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(
                                    scale.asDiagonal() * g * scale.asDiagonal(), Eigen::EigenvaluesOnly)
                                    .eigenvalues();
  const double low = rates.minCoeff(), high = rates.maxCoeff();
  NetworkFigures f{.nodes = tau.size(), .slowest = {}, .fastest = {1.0 / high}, .settle = {}};
  f.slowest.si = low > 1e-12 * high ? 1.0 / low : std::numeric_limits<double>::infinity();
  f.settle = settle_time(f.slowest, design.chip.settle_bits);
  return f;
}

}  // namespace leadlag
