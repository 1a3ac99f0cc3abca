// What both Go programs here share: PROGRAM JOB COUNT, and a line of JSON for each line that is read. Go has no main
// thread, so the processor time is that of all threads.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A job does what comes before all runs, and gives what does it once: it is told how often that was done before, and
// tells how many things it saw.
type job func(count int) func(before int) int

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func cpu() int64 {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Nano() + used.Stime.Nano()
}

// mostMemory is the most that this process had, in bytes.
func mostMemory() (kib int64) {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	_, most, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(most, &kib)
	check(err)
	return kib * 1024
}

func measure(jobs map[string]job) {
	count, err := strconv.Atoi(os.Args[2])
	check(err)
	prepare, known := jobs[os.Args[1]]
	if !known {
		check(fmt.Errorf("no job %s", os.Args[1]))
	}
	run := prepare(count)
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for before := 0; lines.Scan(); before++ {
		start := time.Now()
		used := cpu()
		seen := run(before)
		used = cpu() - used
		fmt.Printf("{\"cpu\":%d,\"process\":%d,\"wall\":%d,\"count\":%d,\"rss\":%d}\n",
			used, used, time.Since(start).Nanoseconds(), seen, mostMemory())
	}
}
