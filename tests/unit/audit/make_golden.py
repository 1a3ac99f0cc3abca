"""Prints what libauparse (Debian: python3-audit) reads in a log, as JSON: python3 make_golden.py records.txt."""
import json
import sys

import audit
import auparse

parser = auparse.AuParser(auparse.AUSOURCE_FILE, sys.argv[1])
events = []
while parser.parse_next_event():
    stamp = parser.get_timestamp()
    records = []
    parser.first_record()
    while True:
        fields = []
        parser.first_field()
        while True:
            # The first field is the type of the record.
            if parser.get_field_name() != "type":
                fields.append([parser.get_field_name(), parser.interpret_field(), parser.get_field_type()])
            if not parser.next_field():
                break
        records.append({"type": parser.get_type_name(), "fields": fields})
        if not parser.next_record():
            break
    events.append({"time": stamp.sec * 1000 + stamp.milli, "serial": stamp.serial, "records": records})
lines = ",\n".join(json.dumps(event) for event in events)
names = ((number, audit.audit_msg_type_to_name(number)) for number in range(1000, 3000))
types = json.dumps({name: number for number, name in names if name})
print(f'{{"types": {types},\n"events": [\n{lines}\n]}}')
