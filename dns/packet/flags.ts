/**
 * The bits of the header's flags (RFC 1035, section 4.1.1; RFC 4035, section 3.2).
 */

export const FLAG_QR = 0x8000;
export const FLAG_AA = 0x0400;
export const FLAG_TC = 0x0200;
export const FLAG_RA = 0x0080;
export const OPCODE = 0x7800;
/** The flags that a reply repeats: opcode, RD and CD. */
export const FLAGS_KEPT = OPCODE | 0x0100 | 0x0010;
