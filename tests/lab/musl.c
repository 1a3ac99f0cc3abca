/* What Debian's static libstdc++ takes from glibc and musl does not have: with this it is one for musl. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;

unsigned arc4random(void) {
  unsigned value;
  if (getrandom(&value, sizeof value, 0) != sizeof value) abort();
  return value;
}

size_t __strftime_l(char *to, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(to, size, format, time, locale);
}

/* The unwinder then asks dl_iterate_phdr(). */
int _dl_find_object(void *address, void *result) {
  return -1;
}

struct ending {
  void (*call)(void *);
  void *object;
  struct ending *next;
};

static pthread_key_t endings;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void end_all(void *list) {
  for (struct ending *one = list, *next; one != NULL; one = next) {
    next = one->next;
    one->call(one->object);
    free(one);
  }
}

static void make(void) {
  if (pthread_key_create(&endings, end_all) != 0) abort();
}

/* Has an object of this thread destroyed at the thread's end. */
int __cxa_thread_atexit_impl(void (*call)(void *), void *object, void *library) {
  struct ending *one = malloc(sizeof *one);
  if (one == NULL || pthread_once(&made, make) != 0) return -1;
  *one = (struct ending) { call, object, pthread_getspecific(endings) };
  return pthread_setspecific(endings, one);
}
