<?xml version="1.0" encoding="utf-8"?>
<datastore><totalrecord>3</totalrecord><totalpage>2</totalpage><recordset>
<record><![CDATA[<li><a href="../../../col/col1229326914/zfxxgkzn.html" title="东阳市巍山镇人民政府政府信息公开指南" target="_blank">东阳市巍山镇人民政府政府信息公开指南</a><span>2020-05-15</span></li>]]></record>
</recordset></datastore>
