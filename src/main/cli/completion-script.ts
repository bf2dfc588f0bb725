export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What the shell runs at every start: it asks the program itself for the words that fit, so that it never grows old. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_runpod_llm() {
  local IFS=$'\\n'
  local line="\${COMP_LINE:0:COMP_POINT}"
  local -a words
  IFS=' ' read -r -a words <<< "$line"
  [[ "$line" == *' ' ]] && words+=('')
  COMPREPLY=($(runpod-llm completion words -- "\${words[@]:1}" 2>/dev/null))
  # bash splits words at colons, and replaces only what stands behind the last one.
  local current="\${words[-1]}"
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local prefix="\${current%"\${current##*:}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  fi
}
complete -o default -F _runpod_llm runpod-llm
`,
  zsh: `_runpod_llm() {
  local -a found
  found=("\${(@f)$(runpod-llm completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _runpod_llm runpod-llm
`,
  fish: `complete -c runpod-llm -f -a '(runpod-llm completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};
