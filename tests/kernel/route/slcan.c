/* Makes an interface of a CAN controller out of a pty, whose other end reads all that comes; it goes when stdin ends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { N_SLCAN = 17 };

int main(void) {
  int discipline = N_SLCAN, other = posix_openpt(O_RDWR | O_NOCTTY), line;
  if (other < 0 || grantpt(other) < 0 || unlockpt(other) < 0) return perror("pty"), 1;
  line = open(ptsname(other), O_RDWR | O_NOCTTY);
  if (line < 0 || ioctl(line, TIOCSETD, &discipline) < 0) return perror("slcan"), 1;
  puts("up");
  fflush(stdout);
  for (struct pollfd ends[] = {{0, POLLIN}, {other, POLLIN}}; !ends[0].revents;) {
    char text[256];
    if (poll(ends, 2, -1) < 0) return perror("poll"), 1;
    if (ends[1].revents & POLLIN && read(other, text, sizeof text) < 0) return perror("read"), 1;
  }
}
