// Teaches ThreadSanitizer about absl::Mutex and its kin. The distribution's Abseil is a shared
// library built without it, so what its locks order looks unordered. These definitions come before
// the library's, say what is ordered, and call the library's. Only linked into ThreadSanitizer
// builds; the compiler sees nothing else here in other builds.
#if defined(__SANITIZE_THREAD__)

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// The library may run a waiter's condition on the thread that unlocks, after our release: it holds
// the lock then, but ThreadSanitizer cannot know.
class IgnoreConditions {
 public:
  IgnoreConditions() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~IgnoreConditions() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

void* Library(const char* symbol) {
  void* found = dlsym(RTLD_NEXT, symbol);
  if (found == nullptr) {
    std::fprintf(stderr, "%s: this Abseil has no %s; adapt this file\n", __FILE__, symbol);
    std::abort();
  }
  return found;
}

template <class R, class Self, class... Args>
R Call(void* function, Self* self, Args... args) {
  return reinterpret_cast<R (*)(Self*, Args...)>(function)(self, args...);
}

void* Address(const void* object) { return const_cast<void*>(object); }

}  // namespace

#define TUTTI_LIBRARY(symbol) static void* const library = Library("_ZN4absl7debian3" symbol)
#define TUTTI_LIBRARY_CONST(symbol) static void* const library = Library("_ZNK4absl7debian3" symbol)

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  TUTTI_LIBRARY("5Mutex4LockEv");
  Call<void>(library, this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  TUTTI_LIBRARY("5Mutex7TryLockEv");
  const bool locked = Call<bool>(library, this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  TUTTI_LIBRARY("5Mutex6UnlockEv");
  __tsan_release(this);
  IgnoreConditions ignore;
  Call<void>(library, this);
}

void Mutex::ReaderLock() {
  TUTTI_LIBRARY("5Mutex10ReaderLockEv");
  Call<void>(library, this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  TUTTI_LIBRARY("5Mutex12ReaderUnlockEv");
  __tsan_release(this);
  IgnoreConditions ignore;
  Call<void>(library, this);
}

void Mutex::LockWhen(const Condition& condition) {
  TUTTI_LIBRARY("5Mutex8LockWhenERKNS0_9ConditionE");
  {
    IgnoreConditions ignore;
    Call<void>(library, this, &condition);
  }
  __tsan_acquire(this);
}

void Mutex::Await(const Condition& condition) {
  TUTTI_LIBRARY("5Mutex5AwaitERKNS0_9ConditionE");
  __tsan_release(this);
  {
    IgnoreConditions ignore;
    Call<void>(library, this, &condition);
  }
  __tsan_acquire(this);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  TUTTI_LIBRARY("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  bool met = false;
  __tsan_release(this);
  {
    IgnoreConditions ignore;
    met = Call<bool>(library, this, &condition, timeout);
  }
  __tsan_acquire(this);
  return met;
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  TUTTI_LIBRARY("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  bool met = false;
  __tsan_release(this);
  {
    IgnoreConditions ignore;
    met = Call<bool>(library, this, &condition, deadline);
  }
  __tsan_acquire(this);
  return met;
}

void CondVar::Wait(Mutex* mutex) {
  TUTTI_LIBRARY("7CondVar4WaitEPNS0_5MutexE");
  __tsan_release(mutex);
  {
    IgnoreConditions ignore;
    Call<void>(library, this, mutex);
  }
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  TUTTI_LIBRARY("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  bool late = false;
  __tsan_release(mutex);
  {
    IgnoreConditions ignore;
    late = Call<bool>(library, this, mutex, timeout);
  }
  __tsan_acquire(mutex);
  return late;
}

void Notification::Notify() {
  TUTTI_LIBRARY("12Notification6NotifyEv");
  __tsan_release(this);
  Call<void>(library, this);
}

void Notification::WaitForNotification() const {
  TUTTI_LIBRARY_CONST("12Notification19WaitForNotificationEv");
  Call<void>(library, this);
  __tsan_acquire(Address(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  TUTTI_LIBRARY_CONST("12Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool notified = Call<bool>(library, this, timeout);
  if (notified) __tsan_acquire(Address(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  TUTTI_LIBRARY("15BlockingCounter14DecrementCountEv");
  __tsan_release(this);
  return Call<bool>(library, this);
}

void BlockingCounter::Wait() {
  TUTTI_LIBRARY("15BlockingCounter4WaitEv");
  Call<void>(library, this);
  __tsan_acquire(this);
}

// The last owner of a shared status frees it after the others have let go.
void Status::UnrefNonInlined(uintptr_t rep) {
  TUTTI_LIBRARY("6Status15UnrefNonInlinedEm");
  void* const shared = reinterpret_cast<void*>(rep);
  __tsan_release(shared);
  __tsan_acquire(shared);
  reinterpret_cast<void (*)(uintptr_t)>(library)(rep);
}

ABSL_NAMESPACE_END
}  // namespace absl

#endif
