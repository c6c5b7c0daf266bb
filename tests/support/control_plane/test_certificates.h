// TestCertificates: a CA, a server certificate for 127.0.0.1 and a client certificate, as files.
#pragma once

#include <string>

#include "tests/support/control_plane/process.h"

namespace tutti::testing {

// Made by openssl; exits the process where that fails. The files live as long as the object.
class TestCertificates {
 public:
  TestCertificates();

  std::string ca() const { return File("ca.crt"); }
  std::string server_cert() const { return File("server.crt"); }
  std::string server_key() const { return File("server.key"); }
  std::string client_cert() const { return File("client.crt"); }
  std::string client_key() const { return File("client.key"); }

 private:
  std::string File(const std::string& name) const { return dir_.path() + "/" + name; }
  void Make(const std::string& name, const std::string& more) const;

  TempDir dir_;
};

}  // namespace tutti::testing
