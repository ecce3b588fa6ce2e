/** The part of dns-packet that the tests use; the package brings no types. */
declare module 'dns-packet' {
  export interface Question {
    name: string;
    type: string;
    class?: string;
  }
  export interface Answer {
    name: string;
    type: string;
    class?: string;
    ttl?: number;
    data?: unknown;
    flags?: number;
    udpPayloadSize?: number;
    extendedRcode?: number;
    ednsVersion?: number;
    options?: unknown[];
  }
  export interface Packet {
    id: number;
    type: string;
    flags: number;
    rcode: string;
    flag_aa: boolean;
    flag_tc: boolean;
    flag_rd: boolean;
    flag_ra: boolean;
    questions: Question[];
    answers: Answer[];
    authorities: Answer[];
    additionals: Answer[];
  }
  export function encode(packet: Partial<Packet>): Buffer;
  export function decode(bytes: Buffer): Packet;
}
