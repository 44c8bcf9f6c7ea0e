/**
 * Shell code with a function `try NAME PROGRAM...`: has a copy of bash, or what runs one, connect to a port of
 * loopback and prints the result like the probe does. $connect holds the arguments for that copy.
 */
export function shellTries(port: number): string {
  return `
connect='exec 3<>/dev/tcp/127.0.0.1/${port}'
result_of() {
  case $1 in
    *"connect: Operation not permitted"*) echo EPERM ;;
    *"Connection refused"*) echo ECONNREFUSED ;;
    *"Network is unreachable"*) echo ENETUNREACH ;;
    "") echo ok ;;
    *) printf '%s' "$1" | tr '"\\\\\\n' "'/ " ;;
  esac
}
try() {
  name=$1
  shift
  printf '{"name":"%s","result":"%s"}\\n' "$name" "$(result_of "$("$@" -c "$connect" 2>&1)")"
}
`;
}
