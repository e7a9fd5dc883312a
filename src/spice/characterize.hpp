// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "spice/spice_jobs.hpp"
#include "technology/technology.hpp"

namespace leadlag {

/// Blocks that have a transistor-level circuit.
inline constexpr std::array<std::string_view, 6> characterized_blocks{
    "prospective_neuron", "error_unit", "activation", "synapse", "plasticity_cell", "pi_controller"};

struct CharacterizeRequest {
  Technology technology;            ///< the file to start from: supply, temperature, sizes, A_VT
  std::vector<std::string> blocks;  ///< of characterized_blocks
  int points = 6;   ///< bias points from 1 nA to 300 nA; as many less one between them are held out
  int draws = 100;  ///< of mismatch
  std::uint64_t seed = 1;
  std::vector<double> corners{-40.0, 85.0, 125.0};  ///< further junction temperatures, degrees Celsius
  std::string library;                              ///< text of transistor.lib
  std::string models;                               ///< path of a card; empty: card018.lib
  std::string card;                                 ///< how sources name the card
};

/// A relation of the Datasheets with the characterised numbers against transistors, at a bias that the
/// numbers do not come from.
struct RelationCheck {
  std::string what, where;
  double relation = 0.0, measured = 0.0;
  std::string unit;    ///< "" for a plain number
  double limit = 0.1;  ///< largest error
  bool share = false;  ///< `relation` is the error itself, an RMS over a range; nothing is in `measured`
  double error() const;
  bool met() const;
};

/// A figure of the characterised technology file.
struct CharacterizedNumber {
  std::string name;  ///< of Technology::fields()
  double si = 0.0;
  std::string source;
};

struct Characterization {
  std::vector<CharacterizedNumber> numbers;
  Technology technology;              ///< with the numbers in it
  std::vector<RelationCheck> checks;  ///< at held-out points
  std::vector<std::string> notes;     ///< tables by bias and temperature, for comments in the file
};

/// The decks that measure what the request asks for, each at one bias, temperature and supply.
std::vector<SpiceJob> characterization_jobs(const CharacterizeRequest& request);
/// From what the decks printed. Throws SpiceError if a row is missing.
Characterization characterization_of(const CharacterizeRequest& request,
                                     const std::map<std::string, SpiceRows>& rows);

// Between the two: bias points, and names of jobs.
std::vector<double> measured_biases(const CharacterizeRequest& request);
std::vector<double> held_out_biases(const CharacterizeRequest& request);
std::string job_name(const std::string& what, double bias, double celsius, double supply = 1.0);
/// Blocks whose relations need kappa by bias, which a follower shows.
bool asks_for_kappa(const CharacterizeRequest& request);
/// Temperature of the technology file, degrees Celsius.
double room(const CharacterizeRequest& request);
bool asks_for(const CharacterizeRequest& request, std::string_view block);
/// rho of the lead stages that are measured.
inline constexpr std::array<double, 3> measured_rho{0.5, 1.0, 2.0};
/// Copies of a block in one deck of mismatch.
inline constexpr int copies_per_deck = 20;
/// Bias at which mismatch is drawn, A.
inline constexpr double mismatch_bias = 10e-9;

}  // namespace leadlag
