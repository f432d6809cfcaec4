import { lockDirectory } from '../../src/store/directory-lock.js'

/*
 * A process that tries to lock the directory it is given once a line comes in, says on a line of its own how that went,
 * and keeps the lock until it is killed.
 */
process.stdout.write('ready\n')
process.stdin.once('data', () => {
  lockDirectory(process.argv[2] ?? '', { attempts: 20 }).then(
    () => process.stdout.write('held\n'),
    (error: unknown) => process.stdout.write(`${(error as Error).message}\n`),
  )
})
