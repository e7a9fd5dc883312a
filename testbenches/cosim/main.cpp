// SPDX-License-Identifier: Apache-2.0

// cosim_<configuration> [--cycles N] [--seed N] [--vcd FILE]: a twin beside its core, in every cycle.
#include <boost/program_options.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include "cosim/lockstep.hpp"

int main(int argc, char** argv) try {
  namespace po = boost::program_options;
  leadlag::cosim::Options options;
  options.vcd = std::string(leadlag::cosim::configuration_name) + ".vcd";
  po::options_description known(
      "A twin of rtl_ref beside its core. Exit code 1 on a mismatch, or where too few bits toggle");
  known.add_options()("help", "this text")("cycles", po::value(&options.cycles), "clock cycles")(
      "seed", po::value(&options.seed), "of the stimuli")(
      "vcd", po::value(&options.vcd), "trace of a mismatch")("untoggled", po::value(&options.untoggled),
                                                             "most port bits that may stand still");
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, known), given);
  po::notify(given);
  if (given.contains("help")) {
    std::cout << known;
    return 0;
  }
  const auto make = [] { return leadlag::cosim::make_block(leadlag::cosim::configuration_parameters); };
  return leadlag::cosim::run(leadlag::cosim::configuration_name, make, options) ? 0 : 1;
} catch (const std::exception& e) {
  std::cerr << e.what() << "\n";
  return 2;
}
