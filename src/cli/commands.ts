import { check } from './check.js'
import type { Command } from './command.js'
import { createDoctorCommand } from './doctor.js'
import { explain } from './explain.js'
import { createTokenCommand } from './token.js'

/** Every command there is, in the order in which they are listed. */
export const commands: readonly Command[] = [check, explain, createTokenCommand(), createDoctorCommand()]
