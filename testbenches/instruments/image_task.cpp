// SPDX-License-Identifier: Apache-2.0
#include "instruments/image_task.hpp"

#include <algorithm>

#include "instruments/data_error.hpp"

namespace leadlag {

ImageTask::Set ImageTask::load(const std::string& folder, const std::string& stem) {
  Set set{read_idx(folder + "/" + stem + "-images-idx3-ubyte"),
          read_idx(folder + "/" + stem + "-labels-idx1-ubyte")};
  if (set.images.shape.size() != 3 || set.labels.shape.size() != 1) {
    throw DataError(folder + "/" + stem + ": images need 3 dimensions and labels 1");
  }
  if (set.images.shape[0] != set.labels.shape[0] || set.count() == 0) {
    throw DataError(folder + "/" + stem + ": " + std::to_string(set.images.shape[0]) + " images but " +
                    std::to_string(set.count()) + " labels");
  }
  return set;
}

/// Means of side x side squares, rounded to whole grey levels; a margin that fills no square is left out.
Idx ImageTask::pooled(const Idx& images, std::size_t side) {
  const std::size_t count = images.shape[0], height = images.shape[1] / side, width = images.shape[2] / side;
  Idx small{{count, height, width}, {}};
  small.values.reserve(count * height * width);
  for (std::size_t image = 0; image < count; ++image) {
    for (std::size_t row = 0; row < height; ++row) {
      for (std::size_t column = 0; column < width; ++column) {
        std::size_t sum = 0;
        for (std::size_t k = 0; k < side * side; ++k) {
          const std::size_t y = row * side + k / side, x = column * side + k % side;
          sum += images.values[(image * images.shape[1] + y) * images.shape[2] + x];
        }
        small.values.push_back(static_cast<std::uint8_t>((2 * sum + side * side) / (2 * side * side)));
      }
    }
  }
  return small;
}

ImageTask::ImageTask(const Design& design)
    : SampleTask(design),
      mirrored_(design.task.params.mirrored),
      train_(load(design.task.params.data, "train")),
      test_(load(design.task.params.data, "t10k")) {
  const auto& p = design.task.params;
  if (const auto side = static_cast<std::size_t>(p.pool); side > 1) {
    train_.images = pooled(train_.images, side), test_.images = pooled(test_.images, side);
  }
  pixels_ = train_.images.shape[1] * train_.images.shape[2];
  const std::size_t classes =
      1U + *std::max_element(train_.labels.values.begin(), train_.labels.values.end());
  match(p.data, mirrored_ ? "pixels per image and their mirror images" : "pixels per image",
        mirrored_ ? 2 * pixels_ : pixels_, design.inputs());
  match(p.data, "test pixels per image", test_.images.shape[1] * test_.images.shape[2], pixels_);
  match(p.data, "classes", classes, design.outputs());
  set_counts({train_.count(), test_.count(), classes});
  for (std::size_t v = 0; v < level_.size(); ++v) {
    const double unit = static_cast<double>(v) / 255.0;
    level_[v] = p.scaling == Scaling::unit ? unit : (unit - p.mean) / p.deviation;
  }
}

void ImageTask::set_inputs(std::int64_t cycle, std::span<double> x) {
  if (cycle != 0) return;
  for (std::size_t b = 0; b < replicas(); ++b) {
    const Shown s = shown(b);
    const std::uint8_t* pixel = &set(s).images.values[s.sample * pixels_];
    for (std::size_t i = 0; i < pixels_; ++i) x[i * lanes() + b] = level_[pixel[i]];
    for (std::size_t i = 0; mirrored_ && i < pixels_; ++i) {
      x[(pixels_ + i) * lanes() + b] = -level_[pixel[i]];
    }
  }
}

}  // namespace leadlag
