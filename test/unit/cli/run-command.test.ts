import { describe, expect, it } from 'vitest'
import { UsageError, type Command } from '../../../src/cli/command.js'
import { runCommand } from '../../../src/cli/run-command.js'
import { gatehouse } from './gatehouse.js'

describe('gatehouse', () => {
  it.each([{ argv: ['--help'] }, { argv: ['-h'] }, { argv: ['help'] }])(
    '$argv lists the commands',
    async ({ argv }) => {
      const { code, out, err } = await gatehouse(argv)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toMatch(
        /^Usage: npm run gatehouse -- COMMAND\n\n {2}check {4}Says .+\n {2}explain {2}Says /,
      )
    },
  )

  it('without a command is a wrong call, answered with the list', async () => {
    const { code, out, err } = await gatehouse([])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^Usage: /)
  })

  it('with a command that does not exist says so, and lists those that do', async () => {
    const { code, out, err } = await gatehouse(['chek\u0007', 'a.yaml'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^There is no command `chek\\u\{7\}`\.\n\nUsage: .+\n\n {2}check /)
  })
})

describe('a command', () => {
  const seen: (readonly string[])[] = []
  const echo: Command = {
    name: 'echo',
    synopsis: 'WORD',
    summary: 'Says it again.',
    details: ['  WORD  What to say'],
    run: (args, terminal) => {
      seen.push(args)
      if (args.includes('wrong')) throw new UsageError('No such word.')
      if (args.includes('broken')) throw new TypeError('a fault')
      terminal.out(args.join(' '))
      return Promise.resolve(1)
    },
  }
  const call = async (...argv: string[]) => {
    let out = ''
    let err = ''
    const terminal = {
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
      colors: false,
      folder: '/',
      environment: {},
      input: () => Promise.resolve(''),
    }
    return { code: await runCommand([echo], argv, terminal), out, err }
  }

  it('gets the arguments after its name, and decides the exit code', async () => {
    expect(await call('echo', 'a', '--b')).toEqual({ code: 1, out: 'a --b', err: '' })
  })

  it('is not run for --help, but for a word like it behind the terminator', async () => {
    seen.length = 0
    expect(await call('echo', 'a', '--help')).toEqual({
      code: 0,
      out: 'Usage: npm run gatehouse -- echo WORD\n\nSays it again.\n\n  WORD  What to say\n',
      err: '',
    })
    expect(seen).toEqual([])
    expect((await call('echo', '--', '--help')).out).toBe('-- --help')
  })

  it('that is called wrongly says what is wrong, and how to call it', async () => {
    expect(await call('echo', 'wrong')).toEqual({
      code: 2,
      out: '',
      err: 'No such word.\n\nUsage: npm run gatehouse -- echo WORD\nHelp: npm run gatehouse -- echo --help\n',
    })
  })

  it('that is at fault itself does not pass for a wrong call', async () => {
    await expect(call('echo', 'broken')).rejects.toThrow('a fault')
  })
})
