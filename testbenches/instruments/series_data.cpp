// SPDX-License-Identifier: Apache-2.0
#include "instruments/series_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <optional>

#include "instruments/csv.hpp"
#include "instruments/data_error.hpp"
#include "instruments/npy.hpp"

namespace leadlag {
namespace {

/// Reads a folder and keeps what is wrong, so that all mistakes of its files come at once.
class Folder {
 public:
  explicit Folder(const std::string& path) : path_(path) {}

  SeriesSet read(const std::string& suffix) {
    SeriesSet set;
    const auto x = array("x" + suffix), y = array("y" + suffix);
    if (x) take_values(*x, set);
    if (y) take_labels(*y, set);
    if (x && y && x->npy.shape[0] != y->npy.shape[0]) {
      wrong(y->file, std::to_string(y->npy.shape[0]) + " labels for the " + std::to_string(x->npy.shape[0]) +
                         " samples of " + x->file);
    }
    return set;
  }
  void wrong(const std::string& file, const std::string& why) { add(file + ": " + why); }
  void finish() const {
    if (!mistakes_.empty()) throw DataError(mistakes_);
  }

 private:
  struct Array {
    std::string file;
    Npy npy;
  };
  void add(const std::string& mistake) { mistakes_ += (mistakes_.empty() ? "" : "\n") + mistake; }

  std::optional<Array> array(const std::string& stem) {
    const std::string npy = path_ + "/" + stem + ".npy", csv = path_ + "/" + stem + ".csv";
    const bool has_npy = std::filesystem::exists(npy), has_csv = std::filesystem::exists(csv);
    if (has_npy == has_csv) {
      add(has_npy ? npy + ": " + stem + ".csv is there too; keep one of them"
                  : npy + ": no such file, nor " + stem + ".csv");
      return std::nullopt;
    }
    Array a{has_npy ? npy : csv, {}};
    try {
      if (has_npy) {
        a.npy = read_npy(npy);
      } else {
        Csv table = read_csv(csv);
        a.npy = {{table.rows(), table.columns}, std::move(table.values)};
      }
    } catch (const DataError& e) {
      add(e.what());
      return std::nullopt;
    }
    if (a.npy.shape.empty() || a.npy.values.empty()) {
      wrong(a.file, "no samples");
      return std::nullopt;
    }
    return a;
  }

  void take_values(const Array& x, SeriesSet& set) {
    const auto& shape = x.npy.shape;
    if (shape.size() < 2 || shape.size() > 3) {
      return wrong(x.file, std::to_string(shape.size()) +
                               " dimensions; series are samples x points or samples x channels x points");
    }
    set.channels = shape.size() == 3 ? shape[1] : 1;
    set.points = shape.back();
    set.values = x.npy.values;
    const auto bad =
        std::find_if(set.values.begin(), set.values.end(), [](double v) { return !std::isfinite(v); });
    if (bad == set.values.end()) return;
    const auto sample = static_cast<std::size_t>(bad - set.values.begin()) / (set.channels * set.points);
    wrong(x.file, "sample " + std::to_string(sample) + " is not finite");
  }

  void take_labels(const Array& y, SeriesSet& set) {
    if (y.npy.values.size() != y.npy.shape[0]) return wrong(y.file, "labels need one value per sample");
    constexpr double most_classes = 1e6;
    for (std::size_t k = 0; k < y.npy.values.size(); ++k) {
      const double v = y.npy.values[k];
      if (!(v >= 0.0 && v < most_classes && v == std::floor(v))) {
        return wrong(y.file, "label of sample " + std::to_string(k) + " is no class (a whole number from 0)");
      }
      set.labels.push_back(static_cast<std::uint32_t>(v));
    }
  }

  const std::string& path_;
  std::string mistakes_;
};

}  // namespace

double stretched(std::span<const double> points, std::size_t at, std::size_t length) {
  if (length == 1) return points[0];
  const double place =
      static_cast<double>(at * (points.size() - 1)) / static_cast<double>(length - 1);  // exact at the ends
  const auto left = static_cast<std::size_t>(place);
  const std::size_t right = std::min(left + 1, points.size() - 1);
  return points[left] + (place - static_cast<double>(left)) * (points[right] - points[left]);
}

std::vector<double> resampled(std::span<const double> points, std::size_t length) {
  std::vector<double> out(length);
  for (std::size_t k = 0; k < length; ++k) out[k] = stretched(points, k, length);
  return out;
}

SeriesData read_series(const std::string& folder) {
  if (!std::filesystem::is_directory(folder)) throw DataError(folder + ": no such folder");
  Folder files(folder);
  SeriesData data{files.read(""), files.read("_test"), 0};
  files.finish();
  if (data.train.channels != data.test.channels || data.train.points != data.test.points) {
    const auto size = [](const SeriesSet& s) {
      return std::to_string(s.channels) + " channels of " + std::to_string(s.points) + " points";
    };
    files.wrong(folder, "training samples have " + size(data.train) + ", test samples " + size(data.test));
  }
  const auto classes = [](const SeriesSet& s) {
    return std::size_t{1} + *std::max_element(s.labels.begin(), s.labels.end());
  };
  data.classes = classes(data.train);
  if (classes(data.test) > data.classes) {
    files.wrong(folder, "test samples are of a class that no training sample has");
  }
  files.finish();
  return data;
}

}  // namespace leadlag
