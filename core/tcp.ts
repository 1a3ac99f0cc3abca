/**
 * TCP connections with their file descriptors.
 *
 * @module
 */
export { TcpSocket } from "../ffi/tcp.ts";
