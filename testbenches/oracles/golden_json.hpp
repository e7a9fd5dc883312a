// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "oracles/layered_net.hpp"

namespace leadlag::oracle {

/// A golden file in JSON. Throws std::runtime_error when it cannot be read, nlohmann's own exceptions when it
/// is no JSON or, on use of at(), lacks a key.
nlohmann::json golden_json(const std::string& file);

/// Numbers of a golden file. Throw std::runtime_error for an empty list or rows of different lengths: a
/// damaged file must not pass as one with less to check.
Eigen::VectorXd to_vector(const nlohmann::json& list);
Eigen::MatrixXd to_matrix(const nlohmann::json& rows);
Vectors to_vectors(const nlohmann::json& layers);
Matrices to_matrices(const nlohmann::json& layers);

}  // namespace leadlag::oracle
