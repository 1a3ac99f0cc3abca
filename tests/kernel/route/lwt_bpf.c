/*
 * Loads a BPF program that lets every packet pass for each of a route's places (in, out, xmit, seg6local), pins them by
 * these names in a folder, and runs a command with them as file descriptors 10 to 13. Ends with 77 where there is no BPF.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; enum bpf_prog_type type; } places[] = {
  {"in", BPF_PROG_TYPE_LWT_IN},
  {"out", BPF_PROG_TYPE_LWT_OUT},
  {"xmit", BPF_PROG_TYPE_LWT_XMIT},
  {"seg6local", BPF_PROG_TYPE_LWT_SEG6LOCAL},
};

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) {
  return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int main(int argc, char **argv) {
  struct bpf_insn pass[] = {
    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
    {.code = BPF_JMP | BPF_EXIT},
  };
  if (argc < 3) return 1;
  for (int i = 0; i < 4; i++) {
    char path[4096];
    union bpf_attr load = {.prog_type = places[i].type, .insn_cnt = 2}, pin = {};
    load.insns = (uintptr_t)pass;
    load.license = (uintptr_t)"GPL";
    strcpy(load.prog_name, places[i].name);
    int fd = bpf(BPF_PROG_LOAD, &load);
    if (fd < 0) return perror(places[i].name), errno == ENOSYS || errno == EINVAL ? 77 : 1;
    snprintf(path, sizeof path, "%s/%s", argv[1], places[i].name);
    unlink(path);
    pin.pathname = (uintptr_t)path;
    pin.bpf_fd = fd;
    if (bpf(BPF_OBJ_PIN, &pin) < 0) return perror(path), 1;
    if (dup2(fd, 10 + i) < 0) return perror("dup2"), 1;
  }
  execvp(argv[2], argv + 2);
  return perror(argv[2]), 1;
}
