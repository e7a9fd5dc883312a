// SPDX-License-Identifier: Apache-2.0
#include "learning/energies.hpp"

namespace leadlag {

EnergyDrawing energy_of(EnergyKind kind) {
  switch (kind) {
    case EnergyKind::leaky:
      return leaky_energy();
    case EnergyKind::clip:
      return clip_energy();
    case EnergyKind::resistive:
      return resistive_energy();
    case EnergyKind::hopfield:
      break;
  }
  return hopfield_energy();
}

}  // namespace leadlag
