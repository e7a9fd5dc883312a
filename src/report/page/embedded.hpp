// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace leadlag::embedded {

// The sources of report.html that are not C++, put into the program when it is built (page/embedded.cpp.in).
extern const std::string_view page_html;         ///< template: {{NAME}} is replaced
extern const std::string_view page_css;          ///< style sheet
extern const std::string_view page_js;           ///< the page's own program
extern const std::string_view chart_js;          ///< plotting library, as installed by its package
extern const std::string_view chart_js_licence;  ///< its licence, likewise

}  // namespace leadlag::embedded
