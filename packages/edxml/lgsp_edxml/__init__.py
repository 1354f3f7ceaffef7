"""The codec of edXML packets, the exchange format of official documents (QCVN 102:2016/BTTTT).

`reader.read_packet` reads what real products send and notes every deviation, `writer.write_packet`
writes the one official form, `mapping` turns both into the bodies of the hub's `document.*` types.
Pure: no files, no network, no clock, no random numbers.
"""
