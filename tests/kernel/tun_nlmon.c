/*
 * Makes an interface whose type is nlmon's, for kernels without nlmon, and lets pass what comes on stdin: for each packet
 * the protocol and the length, two bytes each in network order, then the packet. Says "up" when the interface is there.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void all(int fd, void *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t got = read(fd, (char *)to + done, length - done);
    if (got <= 0) _exit(0);
    done += got;
  }
}

int main(int argc, char **argv) {
  struct ifreq request = {.ifr_flags = IFF_TUN};
  static struct { struct tun_pi head; char bytes[65536]; } packet;
  int tun = open("/dev/net/tun", O_RDWR), any = socket(AF_INET, SOCK_DGRAM, 0);
  if (argc != 2) return 1;
  strncpy(request.ifr_name, argv[1], IFNAMSIZ - 1);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0 || ioctl(tun, TUNSETLINK, 824) < 0) return perror("tun"), 1;
  request.ifr_flags = IFF_UP;
  if (ioctl(any, SIOCSIFFLAGS, &request) < 0) return perror("up"), 1;
  puts("up");
  fflush(stdout);
  while (1) {
    unsigned short head[2];
    all(0, head, sizeof head);
    packet.head.proto = head[0];
    all(0, packet.bytes, ntohs(head[1]));
    if (write(tun, &packet, sizeof packet.head + ntohs(head[1])) < 0) return perror("write"), 1;
  }
}
