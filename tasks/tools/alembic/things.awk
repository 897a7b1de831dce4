# Makes of what pg_dump prints one line for each thing, whole, so that their order does not count. What is another text
# each time (the word of \restrict) is left out, and the lines between two things.
function end_thing() {
  if (text != "") print text
  text = between = ""
}
/^\\(un)?restrict / || /^-- PostgreSQL database dump/ { next }
/^(--)?$/ { between = between "\001" $0; next }
/^-- (Data for )?Name: .*; Type: .*; Schema: .*; Owner: / { end_thing() }
{ text = text between "\001" $0; between = "" }
END { end_thing() }
