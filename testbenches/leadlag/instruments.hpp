// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sources and probes for the pins of a Chip: all of docs/instruments.md.
#include "instruments/histogram.hpp"
#include "instruments/instrument.hpp"
#include "instruments/phase_probe.hpp"
#include "instruments/power_probe.hpp"
#include "instruments/settling_probe.hpp"
#include "instruments/spectrum.hpp"
#include "instruments/voltmeter.hpp"
#include "instruments/waveform.hpp"
