// SPDX-License-Identifier: Apache-2.0
#include "learning/energies.hpp"

// Oscillators: cos(phi_i - phi_j) = cos cos + sin sin, so each coupling is read in two channels.
namespace leadlag {

EnergyDrawing phase_energy(double harmonic) {
  const auto draw = [harmonic](Circuit& c, const ForwardChip& chip, std::size_t a) -> EnergyNodes {
    using P = PhaseOscillator;
    const ForwardChip::Array& array = chip.arrays[a];
    const std::size_t node =
        c.add<P>(array.name, for_neurons(array, chip.cells.phase_oscillator, [&](auto& p, const auto& n) {
                   p.tau = n.tau, p.output = a == chip.output, p.harmonic = harmonic;
                 }));
    const Circuit::Signal cosine{node, P::cosine}, sine{node, P::sine};
    const Circuit::Signal in_phase{node, P::in_phase}, quadrature{node, P::quadrature};
    return {.channels = {{.post = cosine, .pre = cosine, .up = in_phase, .down = in_phase},
                         {.post = sine, .pre = sine, .up = quadrature, .down = quadrature}},
            .state = {node, P::phase},
            .held = {node, P::held},
            .start = {node, P::start},
            .restore = {node, P::restore}};
  };
  return {"phase", false, draw, {}, {}, false};
}

}  // namespace leadlag
