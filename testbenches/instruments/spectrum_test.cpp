// SPDX-License-Identifier: Apache-2.0
#include "instruments/spectrum.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "instruments/density.hpp"
#include "instruments/test_signals.hpp"

using namespace leadlag;
using namespace leadlag::test;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

const std::vector<Window> windows{Window::rectangular, Window::hann, Window::blackman_harris,
                                  Window::flat_top};

/// 1 MHz samples: bin k of n is k / n MHz.
Frequency bin_frequency(double k, std::size_t n) { return {k / static_cast<double>(n) * 1e6}; }

}  // namespace

TEST_CASE("spectrum: Parseval: power adds up to the mean square, even and odd lengths", "[signal]") {
  for (const std::size_t n : {1000U, 1001U}) {
    const auto x = gaussian(n, 0.3);
    for (const Window window : {Window::rectangular, Window::hann}) {
      double squares = 0.0, weights = 0.0;  // the mean square that the window sees; Hann is sin^2(pi k / n)
      for (std::size_t k = 0; k < n; ++k) {
        const double sine = std::sin(pi * static_cast<double>(k) / static_cast<double>(n));
        const double w = window == Window::hann ? sine * sine : 1.0;
        squares += w * w * x[k] * x[k], weights += w * w;
      }
      const Spectrum s = spectrum(x, 1_us, window);
      REQUIRE(s.power.size() == n / 2 + 1);
      CHECK_THAT(std::accumulate(s.power.begin(), s.power.end(), 0.0), WithinRel(squares / weights, 1e-12));
    }
  }
}

TEST_CASE("spectrum: a noise source has its stated density, shaped by its hold", "[signal]") {
  // sigma 0.3, held for 8 samples: one-sided 2 sigma^2 8 us times the hold's (sin(8 a) / (8 sin a))^2, a = pi
  // f T.
  const Waveform noise = waveform::noise({.deviation = 0.3, .interval = 8_us});
  const std::size_t n = 1 << 17;
  std::vector<double> x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(noise(static_cast<double>(k) * 1_us));
  const Spectrum s = spectrum(x, 1_us, Window::rectangular);
  for (const std::size_t band : {1U, 3000U, 8000U}) {  // 1 to 8e4 of 1.25e5 Hz, where 1 / 8 us has its zero
    double seen = 0.0, expected = 0.0, spread = 0.0;
    for (std::size_t k = band; k < band + 2000; ++k) {
      const double a = pi * static_cast<double>(k) / static_cast<double>(n);
      const double hold = std::sin(8.0 * a) / (8.0 * std::sin(a));
      const double bin = 2.0 * 0.09 * 8e-6 * s.resolution.si * hold * hold;
      seen += s.power[k], expected += bin,
          spread += bin * bin;  // each bin's power is exponential: sigma = mean
    }
    CHECK_THAT(seen, WithinAbs(expected, 5.0 * std::sqrt(spread)));
  }
}

TEST_CASE("spectrum: a sine on a bin reads its peak, DC its value, with every window", "[signal]") {
  for (const std::size_t n : {512U, 500U, 501U}) {
    const auto x = periodic(n, 40.0, [](double a) { return -0.25 + 0.7 * std::sin(a + 0.3); });
    for (const Window window : windows) {
      const Spectrum s = spectrum(x, 1_us, window);
      CHECK_THAT(s.resolution.si, WithinRel(1e6 / static_cast<double>(n), 1e-12));
      CHECK_THAT(s.amplitude[s.bin(bin_frequency(40.0, n))], WithinAbs(0.7, 1e-12));
      CHECK_THAT(s.amplitude[0], WithinAbs(0.25, 1e-12));
      CHECK_THAT(s.amplitude[100], WithinAbs(0.0, 1e-12));
      CHECK_THAT(std::accumulate(s.power.begin(), s.power.end(), 0.0), WithinAbs(0.0625 + 0.245, 1e-12));
    }
  }
  // A sine at half the sampling rate has one bin, not two sides.
  const auto alternating = periodic(64, 32.0, [](double a) { return std::cos(a); });
  CHECK_THAT(spectrum(alternating, 1_us, Window::rectangular).amplitude[32], WithinAbs(1.0, 1e-13));
}

TEST_CASE("spectrum: windows' noise bandwidths and losses between bins are the published ones", "[signal]") {
  // Harris 1978, table 1: Hann, 4-term Blackman-Harris. Flat top: (1 + (1.933^2 + 1.286^2 + 0.388^2 +
  // 0.0322^2) / 2) from its coefficients in ISO 18431-2.
  const std::vector<double> bandwidth{1.0, 1.5, 2.0044, 3.7709}, loss_db{3.92, 1.42, 0.83, 0.0};
  const std::size_t n = 4096;
  const auto x = periodic(n, 1000.5, [](double a) { return std::sin(a); });  // far from its mirror image
  REQUIRE(windows.size() == 4);
  for (std::size_t w = 0; w < 4; ++w) {
    const Spectrum s = spectrum(x, 1_us, windows[w]);
    CHECK_THAT(s.noise_bandwidth, WithinAbs(bandwidth[w], 1e-4));
    CHECK_THAT(-20.0 * std::log10(s.amplitude[1000]), WithinAbs(loss_db[w], 0.01));
  }
}

TEST_CASE("sine quality: THD of a polynomial is its closed form", "[signal]") {
  // y = x + b x^2 + c x^3, x = A sin: fundamental A + 3/4 c A^3, second b A^2 / 2, third c A^3 / 4.
  const double a = 0.8, b = 0.05, c = -0.03;
  const double h1 = a + 0.75 * c * a * a * a, h2 = b * a * a / 2.0, h3 = c * a * a * a / 4.0;
  const auto y = [&](double angle) {
    const double x = a * std::sin(angle);
    return x + b * x * x + c * x * x * x;
  };
  struct Case {
    Window window;
    double cycles, tolerance;
  };
  // Off a bin, side lobes at -92 dB and the energy beyond the main lobe are what is left.
  const std::vector<Case> cases{{Window::rectangular, 101.0, 1e-9},
                                {Window::blackman_harris, 101.0, 1e-9},
                                {Window::blackman_harris, 101.37, 1e-4},
                                {Window::hann, 101.0, 1e-9}};
  REQUIRE(cases.size() == 4);
  for (const Case& k : cases) {
    const Spectrum s = spectrum(periodic(8192, k.cycles, y), 1_us, k.window);
    const SineQuality q = sine_quality(s, bin_frequency(k.cycles, 8192));
    CHECK_THAT(q.amplitude, WithinRel(h1, k.tolerance));
    CHECK_THAT(q.thd, WithinRel(std::hypot(h2, h3) / h1, k.tolerance));
    CHECK_THAT(q.sinad_db, WithinAbs(-20.0 * std::log10(q.thd), 1e-3));
    if (k.cycles == 101.0) CHECK_THAT(q.sfdr_db, WithinAbs(20.0 * std::log10(h1 / h2), 1e-6));
  }
}

TEST_CASE("sine quality: THD of a clipped sine is its Fourier series", "[signal]") {
  // Clipped at c = sin(alpha): b_n = 4/pi (1/2 [sin((n-1)alpha)/(n-1) - sin((n+1)alpha)/(n+1)] + c cos(n
  // alpha)/n), n odd; b_1 = 2/pi (alpha + sin alpha cos alpha).
  const double alpha = 1.0, c = std::sin(alpha);
  const double b1 = 2.0 / pi * (alpha + std::sin(alpha) * std::cos(alpha));
  double squares = 0.0;
  for (int n = 3; n <= 9; n += 2) {
    const double b = 4.0 / pi *
                     (0.5 * (std::sin((n - 1) * alpha) / (n - 1) - std::sin((n + 1) * alpha) / (n + 1)) +
                      c * std::cos(n * alpha) / n);
    squares += b * b;
  }
  const std::size_t n = 1 << 16;  // 7 periods: harmonics that fold are beyond the 9000th, below 1e-7
  const auto x = periodic(n, 7.0, [&](double a) { return std::clamp(std::sin(a), -c, c); });
  const SineQuality q = sine_quality(spectrum(x, 1_us, Window::rectangular), bin_frequency(7.0, n));
  CHECK_THAT(q.amplitude, WithinRel(b1, 1e-6));
  CHECK_THAT(q.thd, WithinRel(std::sqrt(squares) / b1, 1e-5));
}

TEST_CASE("sine quality: harmonics are found where they fold to", "[signal]") {
  // 400 of 1000 bins: the second harmonic, 800, folds to 200, the third, 1200, to 200 as well.
  const auto x = periodic(1000, 300.0, [](double a) { return std::sin(a) + 0.01 * std::sin(2.0 * a); });
  const SineQuality q = sine_quality(spectrum(x, 1_us, Window::rectangular), bin_frequency(300.0, 1000), 2);
  CHECK_THAT(q.thd, WithinRel(0.01, 1e-9));
  CHECK(q.snr_db > 200.0);
}

TEST_CASE("sine quality: SNR of a sine in white noise", "[signal]") {
  const std::size_t n = 1 << 15;
  const double sigma = 0.01;
  auto x = periodic(n, 1001.0, [](double a) { return std::sin(a); });
  const auto noise = gaussian(n, sigma);
  for (std::size_t k = 0; k < n; ++k) x[k] += noise[k];
  for (const Window window : {Window::rectangular, Window::blackman_harris}) {
    const SineQuality q = sine_quality(spectrum(x, 1_us, window), bin_frequency(1001.0, n));
    // Noise power is estimated from n/2 bins, fewer by the window's bandwidth: 5 sigma of that, and the share
    // of bins that carrier, harmonics and DC take (11 lobes of up to 9 bins).
    const double spread = 5.0 * std::sqrt(2.0 * 2.0 / static_cast<double>(n)) + 99.0 / (n / 2.0);
    const double expected = 10.0 * std::log10(0.5 / (sigma * sigma));
    CHECK_THAT(q.snr_db, WithinAbs(expected, 10.0 * std::log10(1.0 + spread)));
  }
}

TEST_CASE("sine quality: an ideal N-bit quantiser has N effective bits", "[signal]") {
  const std::size_t n = 1 << 16;
  for (const int bits : {6, 8, 10, 12, 14}) {
    const double lsb = 2.0 / (1 << bits);  // full scale -1 ... 1
    const auto x = periodic(n, 3001.0, [&](double a) {
      const double code = std::floor((1.0 - 1e-9) * std::sin(a) / lsb);
      return (code + 0.5) * lsb;
    });
    const SineQuality q = sine_quality(spectrum(x, 1_us, Window::rectangular), bin_frequency(3001.0, n));
    // The mean square error over a sine of amplitude A is q^2/12 + (q/pi)^2 sum (+-1)^k/k^2 J0(2 pi k A/q),
    // and |J0(z)| <= sqrt(2/(pi z)): relative to q^2/12 at most 12/pi^2 zeta(5/2) sqrt(2/(pi 2 pi A/q)).
    // Twice that covers the error's own fundamental, which the fit takes away, and the finite number of
    // samples.
    const double z = 2.0 * pi / lsb;
    const double bound = 2.0 * 12.0 / (pi * pi) * 1.3415 * std::sqrt(2.0 / (pi * z));
    INFO("bits " << bits << " bound dB " << 10.0 * std::log10(1.0 + bound));
    CHECK_THAT(q.sinad_db, WithinAbs(6.0206 * bits + 1.7609, 10.0 * std::log10(1.0 + bound)));
    CHECK_THAT(q.enob, WithinAbs(bits, 10.0 * std::log10(1.0 + bound) / 6.02));
  }
}

TEST_CASE("sine quality: refuses what it cannot tell apart", "[signal]") {
  const auto x = periodic(256, 10.5, [](double a) { return std::sin(a); });
  CHECK_THROWS_WITH(sine_quality(spectrum(x, 1_us, Window::rectangular), bin_frequency(10.5, 256)),
                    Contains("whole periods"));
  CHECK_THROWS_WITH(sine_quality(spectrum(x, 1_us, Window::hann), bin_frequency(3.0, 256)),
                    Contains("too near"));
  CHECK_THROWS_AS(spectrum(x, 1_us, Window::hann).bin({0.6e6}), std::invalid_argument);
  CHECK_THROWS_AS(spectrum(std::vector<double>{1.0}, 1_us, Window::hann), std::invalid_argument);
}

TEST_CASE("density: white noise is flat at 2 variance period, and bins scatter as they say", "[signal]") {
  const std::size_t n = 1 << 17, segment = 256;
  const auto x = gaussian(n, 0.3);
  DensityMeter meter(segment, 1_us);
  for (const double v : x) meter.add(v);
  CHECK(meter.segments() == 2 * n / segment - 1);
  CHECK_THAT(meter.resolution().si, WithinRel(1e6 / 256.0, 1e-12));
  const auto density = meter.density();
  REQUIRE(density.size() == segment / 2 + 1);
  double mean = 0.0, square = 0.0, bins = 0.0;
  for (std::size_t k = 2; k + 1 < density.size(); ++k) mean += density[k], bins += 1.0;
  mean /= bins;
  for (std::size_t k = 2; k + 1 < density.size(); ++k) square += std::pow(density[k] / mean - 1.0, 2) / bins;
  // n numbers: the variance to sqrt(2 / n), 4.5 times that.
  CHECK_THAT(mean, WithinRel(2.0 * 0.09 * 1e-6, 4.5 * std::sqrt(2.0 / static_cast<double>(n))));
  CHECK_THAT(std::sqrt(square), WithinRel(meter.deviation(), 0.3));
}

TEST_CASE("density: a sine's power is its mean square, wherever its phase", "[signal]") {
  DensityMeter meter(512, 1_us);
  for (int k = 0; k < 5120; ++k) meter.add(0.7 * std::sin(2.0 * pi * 40.0 / 512.0 * k + 0.3));
  const auto density = meter.density();
  CHECK_THAT(std::accumulate(density.begin(), density.end(), 0.0) * meter.resolution().si,
             WithinRel(0.245, 1e-9));
  CHECK(std::max_element(density.begin(), density.end()) - density.begin() == 40);
  CHECK_THROWS_AS(DensityMeter(7, 1_us), std::invalid_argument);
  CHECK_THROWS_AS(DensityMeter(2, 1_us), std::invalid_argument);
}
