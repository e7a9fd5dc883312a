// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>
#include <cstddef>
#include <span>
#include <vector>

namespace leadlag {

/// A tile of conductances between resistive wires. A weight is a differential pair, g+ = G max(w, 0) and
/// g- = G max(-w, 0): each presynaptic unit has one wire (a column of W), each postsynaptic neuron a plus and
/// a minus wire (a row of W). All wires begin at the corner of cell (0, 0), where their driver or their
/// virtual ground is, and have `resistance` per cell, in units of 1 / G.
///
///   forward read      rate on the columns' ends, rows' ends held at 0: drive[i] = I(plus i) - I(minus i)
///   transposed read   +error, -error on the rows' ends, columns' ends held at 0: back[j] = I(column j)
///
/// Voltages and currents are in model units: without resistance drive = W rate and back = W^T error. Both
/// reads are linear and, by reciprocity, transposes of one matrix of effective weights.
struct WireTile {
  std::size_t rows = 0, columns = 0;
  double resistance = 0.0;  ///< of a wire per cell, times the conductance of weight 1
};

/// Exact: Kirchhoff's current law at every crossing of a wire, 3 rows columns unknowns, symmetric and
/// positive definite, factorised once per weight image (sparse Cholesky).
class NodalCrossbar {
 public:
  /// weights: rows x columns, row-major.
  NodalCrossbar(const WireTile& tile, std::span<const double> weights);

  void read(std::span<const double> rate, std::span<double> drive) const;
  void read_transposed(std::span<const double> error, std::span<double> back) const;

  /// Power of one read, in full scales: what the drivers deliver, and where it goes.
  struct Power {
    double delivered = 0.0, cells = 0.0, wires = 0.0;
  };
  /// Of a read with both ends driven: rate on the columns, +-error on the rows (0: held at 0).
  Power power(std::span<const double> rate, std::span<const double> error) const;

  /// rows x columns: what the ends of the wires see of each weight. min(rows, columns) solutions.
  void effective(std::span<double> out) const;

 private:
  Eigen::VectorXd potentials(std::span<const double> rate, std::span<const double> error) const;
  Eigen::Index column_node(std::size_t i, std::size_t j) const { return at(0, i, j); }
  Eigen::Index plus_node(std::size_t i, std::size_t j) const { return at(1, i, j); }
  Eigen::Index minus_node(std::size_t i, std::size_t j) const { return at(2, i, j); }
  Eigen::Index at(std::size_t layer, std::size_t i, std::size_t j) const {
    return static_cast<Eigen::Index>((i * tile_.columns + j) * 3 + layer);
  }

  WireTile tile_;
  std::vector<double> weights_;
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factors_;
};

/// The fast approximation of effective(): every wire is solved exactly as a ladder by itself, all others held
/// at 0, and a weight is what the three ladders leave of it,
///
///   W'[i][j] = a[i][j] (b+[i][j] w+ - b-[i][j] w-),   a, b the voltage at the cell when the wire's end is at
///   1
///
/// Exact to first order in `resistance`; what it leaves out is the current that a raised wire sends into
/// others (sneak paths). O(rows columns). Error against NodalCrossbar: docs/blocks/synapse.md.
/// column_load[j], row_load[i]: conductance that the driver at that end sees, 1 on a wire without resistance
/// and one weight of 1; the power of a read is at most sum load signal^2 (Dirichlet's principle: the true
/// potentials dissipate least).
struct WireLoads {
  std::vector<double> column, row;
};
WireLoads approximate_wires(const WireTile& tile, std::span<const double> weights, std::span<double> out);

}  // namespace leadlag
