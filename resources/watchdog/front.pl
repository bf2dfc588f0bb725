#!/usr/bin/env perl
# A key check in front of Ollama, which has none of its own while its pod's address is public. Needs perl-base only. One
# process a connection, one request a connection: what is simple is what can be trusted.
#
#   RPLM_FRONT_KEY       key that every request must carry, as a bearer token or in x-rplm-key: a load balancer of RunPod
#                        uses the Authorization header up itself (FACTS 3.2)
#   RPLM_FRONT_LISTEN    host:port open to the world
#   RPLM_FRONT_UPSTREAM  host:port of Ollama on loopback
#   RPLM_FRONT_GATE      file that is there once the model is loaded; set = /ping tells it, without a key, as a load
#                        balancer asks: 204 while it loads, 200 then (FACTS 3.6)
#   RPLM_STATE           folder of the file touched while requests are served: the watchdog's idle clock
use strict;
use warnings;
use Errno qw(EINTR);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(:sys_wait_h);

my $KEY = $ENV{RPLM_FRONT_KEY} // '';
my $LISTEN = $ENV{RPLM_FRONT_LISTEN} // '0.0.0.0:11434';
my $UPSTREAM = $ENV{RPLM_FRONT_UPSTREAM} // '127.0.0.1:11435';
my $GATE = $ENV{RPLM_FRONT_GATE} // '';
my $ACTIVITY = ($ENV{RPLM_STATE} // $ENV{HOME} // '/tmp') . '/rplm-activity';

my $MOST_CONNECTIONS = 512;
my $HEAD_BYTES = 65_536;
my $HEAD_SECONDS = 30;
my $CHUNK = 65_536;
# While a request is served the file is touched at least this often, so that a long silence is not taken for idleness.
my $TOUCH_SECONDS = 5;

die "front: no key is set\n" if $KEY eq '';
delete $ENV{RPLM_FRONT_KEY};
$| = 1;
$SIG{PIPE} = 'IGNORE';

my $server = IO::Socket::INET->new(LocalAddr => $LISTEN, Listen => 256, ReuseAddr => 1, Proto => 'tcp')
  or die "front: cannot listen on $LISTEN: $!\n";
touch_activity();
print "front: listening on $LISTEN\n";

my %children;
$SIG{CHLD} = sub {
  local ($!, $?);
  while ((my $pid = waitpid(-1, WNOHANG)) > 0) { delete $children{$pid} }
};

while (1) {
  my $client = $server->accept;
  if (!defined $client) { next if $! == EINTR; select undef, undef, undef, 0.05; next }
  if (keys %children >= $MOST_CONNECTIONS) { refuse($client, 503, 'too many connections'); close $client; next }
  my $pid = fork;
  if (!defined $pid) { refuse($client, 503, 'no process left'); close $client; next }
  if ($pid == 0) {
    $SIG{CHLD} = 'DEFAULT';
    close $server;
    serve($client);
    exit 0;
  }
  $children{$pid} = 1;
  close $client;
}

sub serve {
  my ($client) = @_;
  my ($head, $rest) = read_head($client, $HEAD_SECONDS);
  return if !defined $head;
  my ($line, @fields) = split /\r?\n/, $head;
  my ($method, $target) = ($line // '') =~ m{^([A-Z]+) (/\S*) HTTP/1\.[01]$} or return refuse($client, 400, 'bad request');
  my ($headers, $problem) = parse_fields(@fields);
  return refuse($client, 400, $problem) if defined $problem;
  return tell_health($client) if $GATE ne '' && $method =~ /^(?:GET|HEAD)$/ && $target =~ m{^/ping(?:\?|$)};
  return refuse($client, 401, 'a valid key is needed') if !is_allowed($headers);

  my $quiet = $method =~ /^(?:GET|HEAD)$/ && $target =~ m{^(?:/|/api/(?:version|tags|ps)|/v1/models)(?:\?|$)};
  touch_activity() if !$quiet;
  my $upstream = IO::Socket::INET->new(PeerAddr => $UPSTREAM, Proto => 'tcp', Timeout => 10);
  return refuse($client, 502, 'Ollama is not up yet') if !defined $upstream;
  write_all($client, "HTTP/1.1 100 Continue\r\n\r\n") if lc(value($headers, 'expect') // '') eq '100-continue';
  write_all($upstream, join("\r\n", "$method $target HTTP/1.1", forwarded($headers), '', '')) or return;
  relay($client, $upstream, $rest, body_length($headers), $quiet);
}

# Header fields as [name, value]; a message whose length can be read in two ways is refused.
sub parse_fields {
  my (@fields) = @_;
  my @headers;
  for my $field (@fields) {
    my ($name, $value) = $field =~ /^([!#\$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/ or return (undef, 'bad header');
    push @headers, [lc $name, $value];
  }
  my @lengths = grep { $_->[0] eq 'content-length' } @headers;
  my @codings = grep { $_->[0] eq 'transfer-encoding' } @headers;
  return (undef, 'ambiguous length') if @lengths > 1 || @codings > 1 || (@lengths && @codings);
  return (undef, 'bad length') if @lengths && $lengths[0][1] !~ /^\d{1,15}$/;
  return (undef, 'unsupported transfer coding') if @codings && lc $codings[0][1] ne 'chunked';
  return \@headers;
}

sub value {
  my ($headers, $name) = @_;
  for my $header (@$headers) { return $header->[1] if $header->[0] eq $name }
  return undef;
}

# A worker that lost its Ollama is not healthy, whatever it had loaded.
sub tell_health {
  my ($client) = @_;
  my $loaded = -e $GATE && defined IO::Socket::INET->new(PeerAddr => $UPSTREAM, Proto => 'tcp', Timeout => 2);
  my $status = $loaded ? '200 OK' : '204 No Content';
  write_all($client, join("\r\n", "HTTP/1.1 $status", ($loaded ? 'content-length: 0' : ()), 'connection: close', '', ''));
  finish($client);
  return;
}

# Compares in a time that does not tell how much of the key was right.
sub is_allowed {
  my ($headers) = @_;
  my ($bearer) = (value($headers, 'authorization') // '') =~ /^Bearer +(\S+)$/i;
  my $given = value($headers, 'x-rplm-key') // $bearer;
  return 0 if !defined $given || length $given != length $KEY;
  my $different = 0;
  $different |= ord(substr $given, $_, 1) ^ ord(substr $KEY, $_, 1) for 0 .. length($KEY) - 1;
  return $different == 0;
}

# Ollama on loopback accepts loopback names only, and no foreign origin; the key is not its business.
sub forwarded {
  my ($headers) = @_;
  my %dropped = map { $_ => 1 } qw(authorization connection keep-alive proxy-connection proxy-authorization upgrade te expect host origin referer x-rplm-key);
  my @kept = map { "$_->[0]: $_->[1]" } grep { !$dropped{$_->[0]} } @$headers;
  return ("host: $UPSTREAM", @kept, 'connection: close');
}

# Bytes of body to come; -1 = chunked, whose end only Ollama knows.
sub body_length {
  my ($headers) = @_;
  return -1 if defined value($headers, 'transfer-encoding');
  return value($headers, 'content-length') // 0;
}

# Both ways until Ollama has said all. A client that leaves closes Ollama's side at once, which ends the generation.
sub relay {
  my ($client, $upstream, $rest, $left, $quiet) = @_;
  if (length $rest) {
    $rest = substr $rest, 0, $left if $left >= 0;
    write_all($upstream, $rest) or return;
    $left -= length $rest if $left >= 0;
  }
  my $both = IO::Select->new($client, $upstream);
  my ($answer, $begun, $touched) = ('', 0, time);
  while (1) {
    my @ready = $both->can_read($TOUCH_SECONDS);
    if (!$quiet && time - $touched >= $TOUCH_SECONDS) { touch_activity(); $touched = time }
    for my $socket (@ready) {
      my $bytes = '';
      my $got = sysread $socket, $bytes, $CHUNK;
      if (!defined $got) { next if $! == EINTR; return }
      if ($socket == $client) {
        return if $got == 0;
        next if $left == 0;
        $bytes = substr $bytes, 0, $left if $left > 0;
        $left -= length $bytes if $left > 0;
        write_all($upstream, $bytes) or return;
        next;
      }
      if ($got == 0) { refuse($client, 502, 'Ollama gave no answer') if !$begun; finish($client); return }
      if ($begun) { write_all($client, $bytes) or return; next }
      $answer .= $bytes;
      ($answer, $begun) = begin_answer($client, $answer);
      return if !defined $answer;
    }
  }
}

# Passes the answer's head on with its connection closed after it; interim answers (100) are swallowed.
sub begin_answer {
  my ($client, $answer) = @_;
  while ((my $end = index $answer, "\r\n\r\n") >= 0) {
    my ($line, @fields) = split /\r\n/, substr $answer, 0, $end;
    my $body = substr $answer, $end + 4;
    if ($line =~ m{^HTTP/1\.[01] 1\d\d}) { $answer = $body; next }
    my @kept = grep { !/^(?:connection|keep-alive|proxy-connection|upgrade):/i } @fields;
    write_all($client, join("\r\n", $line, @kept, 'connection: close', '', $body)) or return (undef, 0);
    return ('', 1);
  }
  return (undef, 0) if length $answer > $HEAD_BYTES;
  return ($answer, 0);
}

# Reads up to the blank line; gives the head and what came after it.
sub read_head {
  my ($socket, $seconds) = @_;
  my ($text, $until) = ('', time + $seconds);
  my $one = IO::Select->new($socket);
  while (time < $until && length $text < $HEAD_BYTES) {
    next if !$one->can_read($until - time);
    my $got = sysread $socket, $text, $CHUNK, length $text;
    if (!defined $got) { next if $! == EINTR; return undef }
    return undef if $got == 0;
    if ($text =~ /\r?\n\r?\n/) { return (substr($text, 0, $-[0]), substr($text, $+[0])) }
  }
  refuse($socket, 408, 'the request head is too slow or too large') if length $text;
  return undef;
}

sub refuse {
  my ($client, $status, $why) = @_;
  my %words = (400 => 'Bad Request', 401 => 'Unauthorized', 408 => 'Request Timeout', 502 => 'Bad Gateway', 503 => 'Service Unavailable');
  my $body = qq({"error":"$why"});
  # Tells a refusal of its own from one of RunPod's edge.
  write_all($client, join("\r\n", "HTTP/1.1 $status $words{$status}", 'content-type: application/json', 'x-rplm-front: refused',
    'content-length: ' . length($body), 'connection: close', '', $body));
  finish($client);
  return;
}

# Says goodbye before hanging up: closing with unread bytes would reset the connection and lose the answer.
sub finish {
  my ($client) = @_;
  shutdown $client, 1;
  my $one = IO::Select->new($client);
  my $until = time + 2;
  my $ignored = '';
  while (time < $until && $one->can_read(1)) { last if !sysread $client, $ignored, $CHUNK }
}

sub write_all {
  my ($socket, $bytes) = @_;
  my $at = 0;
  while ($at < length $bytes) {
    my $put = syswrite $socket, $bytes, length($bytes) - $at, $at;
    if (!defined $put) { next if $! == EINTR; return 0 }
    $at += $put;
  }
  return 1;
}

sub touch_activity {
  if (open my $file, '>>', $ACTIVITY) { close $file }
  my $now = time;
  utime $now, $now, $ACTIVITY;
}
