// ThreadSanitizer cannot see the locks inside the distribution's gRPC, which is not built with it.
// A suppression covers every stack with such a frame, also those that end in our code: what the
// service calls is therefore proven free of races in extender_test, without gRPC.
#if defined(__SANITIZE_THREAD__)
// The names are ThreadSanitizer's.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libgrpc\nrace:libgpr\nrace:libprotobuf\nrace:libabsl_\nmutex:libgrpc\n"
         "mutex:libabsl_\nthread:libgrpc\nthread:libgpr\n";
}
#endif
