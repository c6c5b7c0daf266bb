#include "tests/support/control_plane/test_certificates.h"

#include <cstdlib>
#include <iostream>

namespace tutti::testing {

TestCertificates::TestCertificates() {
  const std::string by_ca = " -CA " + ca() + " -CAkey " + File("ca.key");
  Make("ca", "");
  Make("server", by_ca + " -addext subjectAltName=IP:127.0.0.1");
  Make("client", by_ca);
}

void TestCertificates::Make(const std::string& name, const std::string& more) const {
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" +
      name + " -keyout " + File(name + ".key") + " -out " + File(name + ".crt") + more + " 2>" +
      File("openssl.log");
  if (std::system(command.c_str()) == 0) return;
  std::cerr << command << "\n" << ReadFile(File("openssl.log"));
  std::exit(1);
}

}  // namespace tutti::testing
